/* A recorded widget: each of its states was drawn when the site was built (grokking_anchors/workshop/recording.py).
   This shows the one that the reader picks. It knows nothing of what it shows. */
"use strict";
const recordings = {};

function anchorsRecorded(mark, packed) {  // called by recorded/MARK.js
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  new Response(unpacked).json().then((recording) => recordings[mark](recording));
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function choicesOf(knob, told, state, k) {  // told: texts or values; those that follow other knobs, for the state of these
  return told[state.slice(0, k).join(",")] || told[""];
}

function nearest(knob, state, k, value) {  // where the choice that was made lies among the new ones
  const values = choicesOf(knob, knob.values, state, k);
  const away = values.map((one) => one === value ? -1 : Math.abs(one - value));
  return Math.max(0, away.indexOf(Math.min(...away)));
}

function control(knob, k, state, move) {  // what is seen, and a function that shows the state in it
  if (knob.kind === "words") {  // the sentence is the control; bits, the first word's is the highest
    const bit = (i) => 1 << (knob.texts.length - 1 - i);
    const words = knob.texts.map((text, i) => element("button",
      { type: "button", className: "anchor-word", textContent: text, onclick: () => move(k, state[k] ^ bit(i)) }));
    const show = () => words.forEach((word, i) => word.setAttribute("aria-pressed", Boolean(state[k] & bit(i))));
    return [element("div", { className: "anchor-knob", role: "group" }, knob.label + " ", ...words), show];
  }
  if (knob.kind === "switch") {
    const box = element("input", { type: "checkbox", onchange: () => move(k, Number(box.checked)) });
    return [element("label", { className: "anchor-knob" }, box, " " + knob.label), () => { box.checked = state[k] === 1; }];
  }
  if (knob.kind === "buttons") {
    const all = choicesOf(knob, knob.texts, state, k).map((text, i) => element("button",
      { type: "button", className: "anchor-word", textContent: text, onclick: () => move(k, i) }));
    const show = () => all.forEach((one, i) => one.setAttribute("aria-pressed", i === state[k]));
    return [element("div", { className: "anchor-knob", role: "group" }, knob.label + " ", ...all), show];
  }
  const play = knob.play && player(knob, k, state, move);
  const slider = element("input", { type: "range", min: 0, oninput: () => move(k, Number(slider.value)) });
  const told = element("output");
  slider.setAttribute("aria-label", knob.label);
  const show = () => {
    const texts = choicesOf(knob, knob.texts, state, k);
    slider.max = texts.length - 1;
    slider.value = state[k];
    told.textContent = texts[state[k]];
    slider.setAttribute("aria-valuetext", told.textContent);
    slider.disabled = texts.length === 1;
    if (play) play.refresh();
  };
  const parts = [element("span", { textContent: knob.label + " " }), slider, " ", told];
  const label = element("label", { className: "anchor-knob" }, ...parts);
  return [play ? element("div", { className: "anchor-knob" }, label, play) : label, show];
}

function player(knob, k, state, move) {  // runs through the choices, once
  let running = null;
  const button = element("button", { type: "button", className: "anchor-play", textContent: "▶ play" });
  const stop = () => { clearInterval(running); running = null; button.textContent = "▶ play"; };
  const last = () => choicesOf(knob, knob.texts, state, k).length - 1;
  const refresh = () => { button.disabled = last() === 0; };
  const step = () => { if (state[k] < last()) move(k, state[k] + 1); if (state[k] >= last()) stop(); };
  button.refresh = refresh;
  button.onclick = (event) => {
    event.preventDefault();
    if (running) return stop();
    if (state[k] >= last()) move(k, 0);
    button.textContent = "❚❚ stop";
    running = setInterval(step, 700);
  };
  return button;
}

function enliven(place, recording) {  // knobs and a screen take the place of the still
  const { knobs, frames, states } = recording;
  const state = knobs.map((knob) => knob.start), screen = element("div", { className: "anchor-screen" });
  const show = () => { shows.forEach((one) => one()); screen.innerHTML = frames[states[state.join(",")]]; };
  const move = (k, choice) => {
    const before = knobs.map((knob, i) => knob.kind === "slider" && choicesOf(knob, knob.values, state, i)[state[i]]);
    state[k] = choice;
    knobs.forEach((knob, i) => {
      if (i > k && knob.kind === "slider") state[i] = nearest(knob, state, i, before[i]);
    });
    show();
  };
  const made = knobs.map((knob, k) => control(knob, k, state, move)), shows = made.map(([, one]) => one);
  const groups = {};
  made.forEach(([seen], k) => (groups[knobs[k].group] ||= []).push(seen));
  const columns = Object.entries(groups).map(([name, seen]) =>
    element("div", { className: "anchor-group" }, ...(name ? [element("b", { textContent: name })] : []), ...seen));
  place.replaceChildren(element("div", { className: "anchor-knobs" }, ...columns), screen);
  place.classList.add("anchor-moves");
  show();
}

document.addEventListener("click", (event) => {  // on a phone a picture fits the page; a tap enlarges it
  const picture = event.target.closest(".cell_output img");
  if (picture && !picture.closest("a")) picture.classList.toggle("enlarged");
});

document.addEventListener("DOMContentLoaded", () => {
  if (!window.DecompressionStream) return;  // an old browser keeps the stills
  const folder = document.documentElement.dataset.content_root + "_static/recorded/";
  const load = (place) => {
    const mark = place.dataset.live, there = mark in recordings, before = recordings[mark];
    recordings[mark] = (recording) => { if (there) before(recording); enliven(place, recording); };
    if (!there) document.head.append(element("script", { src: `${folder}${mark}.js` }));
  };
  document.querySelectorAll(".anchor-live").forEach(load);
});
