package dev.tfbertedge.core

/** ROUGE (Lin 2004) of a summary against a reference, as the package rouge-score counts it, without stemming. */
object Rouge {
    /** F1 of words (rouge1), of pairs of words (rouge2) and of the longest common subsequence (rougeL). */
    fun scores(reference: String, summary: String): Map<String, Double> {
        val wanted = words(reference)
        val found = words(summary)
        return mapOf(
            "rouge1" to ofGrams(wanted, found, 1),
            "rouge2" to ofGrams(wanted, found, 2),
            "rougeL" to f1(longestCommon(wanted, found), found.size, wanted.size),
        )
    }

    /** Runs of the letters a to z and digits, once lower-cased. */
    private fun words(text: String): List<String> {
        val spaced = StringBuilder()
        for (codePoint in lowered(text)) {
            val kept = codePoint in 'a'.code..'z'.code || codePoint in '0'.code..'9'.code
            spaced.append(if (kept) codePoint.toChar() else ' ')
        }
        return spaced.split(' ').filter { it.isNotEmpty() }
    }

    private fun ofGrams(wanted: List<String>, found: List<String>, size: Int): Double {
        val ours = found.windowed(size)
        val theirs = wanted.windowed(size)
        return f1(inCommon(ours, theirs), ours.size, theirs.size)
    }

    private fun f1(right: Int, found: Int, wanted: Int): Double = Metrics.precisionRecallF1(right, found, wanted).third

    private fun longestCommon(one: List<String>, other: List<String>): Int {
        var before = IntArray(other.size + 1)
        for (word in one) {
            val now = IntArray(other.size + 1)
            for (index in other.indices) {
                now[index + 1] = if (word == other[index]) before[index] + 1 else maxOf(before[index + 1], now[index])
            }
            before = now
        }
        return before[other.size]
    }
}
