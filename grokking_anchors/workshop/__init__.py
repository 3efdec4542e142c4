"""What teaches: figures, knobs, widgets, exercises, the copy to work in. The engine needs none."""
