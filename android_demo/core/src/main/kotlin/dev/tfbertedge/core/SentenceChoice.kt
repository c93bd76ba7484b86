package dev.tfbertedge.core

import kotlin.math.floor

/**
 * Takes sentences by score, the highest first and of equals the earlier, until the summary is long enough.
 *
 * @property sentences how many to take: a count, or, below 1, a share of all, rounded half up, of which at least one.
 * @property words in place of it, how many words the summary may have: a count or a share. A sentence that does not fit is
 *   passed over; the first is taken however long it is.
 * @property trigramBlocking pass over a sentence that has three words in a row in common with one that was taken (Paulus et
 *   al. 2018, section 2.5).
 */
internal class SentenceChoice(
    private val sentences: Double?,
    private val words: Double?,
    private val trigramBlocking: Boolean,
) {
    /** The places of the sentences taken, rising. */
    fun places(texts: List<String>, scores: List<Double>): List<Int> {
        val spoken = texts.map(Sentences::words)
        val most = if (sentences == null) texts.size else maxOf(1, amount(sentences, texts.size))
        val room = words?.let { limit -> amount(limit, spoken.sumOf { it.size }) }
        val taken = ArrayList<Int>()
        val seen = HashSet<List<String>>()
        var used = 0
        for (place in texts.indices.sortedByDescending { scores[it] }) {
            if (taken.size == most) break
            val own = spoken[place]
            if (taken.isNotEmpty() && room != null && used + own.size > room) continue
            val trigrams = own.windowed(3)
            if (trigramBlocking && trigrams.any { it in seen }) continue
            taken.add(place)
            seen.addAll(trigrams)
            used += own.size
        }
        return taken.sorted()
    }

    private fun amount(limit: Double, of: Int): Int = if (limit >= 1) limit.toInt() else floor(limit * of + 0.5).toInt()
}
