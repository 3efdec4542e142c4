/* Search with excerpts from a file: Sphinx fetches each page for its excerpt, which a browser refuses from a file.
   excerpts.js, written by tools/reading.py and loaded by the search page, holds the text of the pages. */
"use strict";
if (window.anchorsPages) {
  const fetched = window.fetch;
  window.fetch = (url, ...rest) => {
    const known = anchorsPages[String(url).split("/").pop().replace(/\.html.*$/, "")];
    const main = () => Object.assign(document.createElement("p"), { textContent: known }).outerHTML;
    return known ? Promise.resolve({ text: async () => `<div role="main">${main()}</div>` }) : fetched(url, ...rest);
  };
}
