plugins {
    alias(libs.plugins.android.application) apply false
    // Also sets the version of Kotlin that the Android plugin compiles :app with.
    alias(libs.plugins.kotlin.jvm) apply false
}
