"""From a pretrained BERT to an integer-only TFLite model, measured where it runs."""

__version__ = "0.1.0"
