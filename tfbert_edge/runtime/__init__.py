"""What runs on the edge: tokenization, the interpreter, bundles and predictions, without TensorFlow."""
