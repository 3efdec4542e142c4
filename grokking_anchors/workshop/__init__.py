"""What teaches: figures, knobs, widgets, exercises, the copy to work in. No room of the engine needs it."""
