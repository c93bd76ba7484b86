import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.kotlin.jvm)
}

java {
    sourceCompatibility = JavaVersion.VERSION_1_8
    targetCompatibility = JavaVersion.VERSION_1_8
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_1_8
        // No class or method newer than Java 8, which is what Android 8 offers.
        freeCompilerArgs.add("-Xjdk-release=1.8")
    }
    // The tests are Maven's: mvn -f android_demo/core test
    sourceSets.named("test") { kotlin.setSrcDirs(emptyList<String>()) }
}
