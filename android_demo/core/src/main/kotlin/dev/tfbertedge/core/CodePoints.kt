package dev.tfbertedge.core

/** [UnicodeTables], unpacked for look-up. */
internal object CodePoints {
    private const val PAGE_BITS = 8
    private const val PAGE_SIZE = 1 shl PAGE_BITS

    private val flags = Pages(UnicodeTables.FLAGS)
    private val classes = Pages(UnicodeTables.CLASSES)
    private val lower = Mappings(UnicodeTables.LOWER)
    private val decompositions = Mappings(UnicodeTables.NFD)

    /** Whether the code point has the flag, a constant of [UnicodeTables]. */
    fun has(codePoint: Int, flag: Int): Boolean = flags[codePoint] and flag != 0

    /** 0 for what combining marks never move past; marks of lower classes come first. */
    fun combiningClass(codePoint: Int): Int = classes[codePoint]

    /** What lower-casing makes of the code point; null for itself. */
    fun lower(codePoint: Int): IntArray? = lower[codePoint]

    /** The canonical decomposition, in full; null for none. */
    fun decomposition(codePoint: Int): IntArray? =
        if (codePoint in HANGUL_FIRST..HANGUL_LAST) hangul(codePoint - HANGUL_FIRST) else decompositions[codePoint]

    // The Unicode standard, section 3.12: a syllable's number is ((lead * 21) + vowel) * 28 + tail, tail 0 for none.
    private fun hangul(syllable: Int): IntArray {
        val lead = 0x1100 + syllable / (21 * 28)
        val vowel = 0x1161 + syllable % (21 * 28) / 28
        val tail = syllable % 28
        return if (tail == 0) intArrayOf(lead, vowel) else intArrayOf(lead, vowel, 0x11A7 + tail)
    }

    private const val HANGUL_FIRST = 0xAC00
    private const val HANGUL_LAST = 0xD7A3

    /** A small number for each code point; pages on which nothing is set are one and the same. */
    private class Pages(text: String) {
        private val empty = ByteArray(PAGE_SIZE)
        private val pages = Array(0x110000 shr PAGE_BITS) { empty }

        init {
            val numbers = text.split(' ')
            var codePoint = 0
            for (index in numbers.indices step 3) {
                codePoint += numbers[index].toInt(36)
                val value = numbers[index + 2].toInt(36).toByte()
                repeat(numbers[index + 1].toInt(36)) { set(codePoint++, value) }
            }
        }

        operator fun get(codePoint: Int): Int =
            pages[codePoint shr PAGE_BITS][codePoint and PAGE_SIZE - 1].toInt()

        private fun set(codePoint: Int, value: Byte) {
            val number = codePoint shr PAGE_BITS
            if (pages[number] === empty) pages[number] = ByteArray(PAGE_SIZE)
            pages[number][codePoint and PAGE_SIZE - 1] = value
        }
    }

    /** A few code points for some code points, found by bisection. */
    private class Mappings(text: String) {
        private val keys: IntArray
        private val values: Array<IntArray>

        init {
            val entries = text.split(' ')
            var last = 0
            keys = IntArray(entries.size)
            values = Array(entries.size) { index ->
                val parts = entries[index].split(',')
                last += if (parts[0].isEmpty()) 1 else parts[0].toInt(36)
                keys[index] = last
                IntArray(parts.size - 1) { parts[it + 1].toInt(36) }
            }
        }

        operator fun get(codePoint: Int): IntArray? {
            if (codePoint < keys[0]) return null
            val index = keys.binarySearch(codePoint)
            return if (index < 0) null else values[index]
        }
    }
}
