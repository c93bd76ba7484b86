"""One file a stage; each reads the folders of the stages before it and writes its own."""
