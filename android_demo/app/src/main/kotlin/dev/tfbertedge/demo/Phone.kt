package dev.tfbertedge.demo

import android.os.Build
import java.io.File
import java.io.IOException

/** What this phone and this process say of themselves. */
object Phone {
    fun device(runtime: ModelRuntime): Device = Device(
        manufacturer = Build.MANUFACTURER,
        model = Build.MODEL,
        api = Build.VERSION.SDK_INT,
        abi = Build.SUPPORTED_ABIS.firstOrNull().orEmpty(),
        cores = Runtime.getRuntime().availableProcessors(),
        litert = runtime.version(),
    )

    /** The most memory that the process has had, the mapped model included; null where the kernel does not say. */
    fun peakMemoryMib(): Double? = try {
        val line = File("/proc/self/status").readLines().firstOrNull { it.startsWith("VmHWM:") }
        line?.let { Regex("[0-9]+").find(it) }?.let { it.value.toDouble() / 1024 }
    } catch (error: IOException) {
        null
    }
}
