"""Keras network -> .tflite: freeze, convert, read, audit, describe."""
