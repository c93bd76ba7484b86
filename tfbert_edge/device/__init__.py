"""A phone on adb: the app's Validate and Benchmark from this machine. No TensorFlow."""
