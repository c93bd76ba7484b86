"""Builds and checks the Android app without Gradle: `python -m android_demo.check`."""
