package dev.tfbertedge.core

/** Percentiles of a set of durations, in milliseconds. */
data class LatencyPercentiles(
    val p50Ms: Double,
    val p90Ms: Double,
    val p99Ms: Double,
    val meanMs: Double,
    val runs: Int,
) {
    /** Plain JSON values, with the names that `tfbert-edge device` reads. */
    fun toJson(): Map<String, Any?> =
        mapOf("p50" to p50Ms, "p90" to p90Ms, "p99" to p99Ms, "mean" to meanMs, "runs" to runs)

    companion object {
        /** @param nanos at least one duration, as differences of `System.nanoTime`. */
        fun of(nanos: LongArray): LatencyPercentiles {
            require(nanos.isNotEmpty()) { "percentiles need at least one duration." }
            val sorted = nanos.sortedArray()
            return LatencyPercentiles(
                p50Ms = percentile(sorted, 50.0) / NANOS_PER_MS,
                p90Ms = percentile(sorted, 90.0) / NANOS_PER_MS,
                p99Ms = percentile(sorted, 99.0) / NANOS_PER_MS,
                meanMs = sorted.average() / NANOS_PER_MS,
                runs = sorted.size,
            )
        }

        private const val NANOS_PER_MS = 1e6

        /** Linear interpolation between the neighbours, as numpy's default does. */
        private fun percentile(sorted: LongArray, percent: Double): Double {
            val place = (sorted.size - 1) * percent / 100.0
            val below = place.toInt()
            val above = minOf(below + 1, sorted.size - 1)
            return sorted[below] + (sorted[above] - sorted[below]) * (place - below)
        }
    }
}
