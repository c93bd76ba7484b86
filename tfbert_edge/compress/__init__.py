"""Compression, one file a method, each opening with its paper and its formula."""
