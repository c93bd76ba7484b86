package dev.tfbertedge.core

/** Entities as one tag a token, in IOB1, IOB2 or BIOES. */
internal object Tags {
    /** An entity's type, its first token, and the one after its last. */
    data class Span(val type: String, val begin: Int, val end: Int)

    /**
     * The entities of a sentence, in order, as conlleval reads them however illegal the tags are: one begins at B-X and S-X, and
     * at I-X and E-X too where the token before is of no entity of type X or has ended one.
     */
    fun spans(tags: List<String>): List<Span> {
        val spans = ArrayList<Span>()
        var before = OUTSIDE
        var typeBefore = ""
        for ((place, tag) in tags.withIndex()) {
            val (prefix, type) = split(tag)
            if (prefix != OUTSIDE) {
                val goesOn = (prefix == "I" || prefix == "E") && type == typeBefore && (before == "B" || before == "I")
                val begin = if (goesOn) spans.removeAt(spans.size - 1).begin else place
                spans.add(Span(type, begin, place + 1))
            }
            before = prefix
            typeBefore = type
        }
        return spans
    }

    /** B-PER as (B, PER); O, and what is no tag of any scheme, as (O, ""). */
    private fun split(tag: String): Pair<String, String> {
        val type = tag.substringAfter('-', "")
        return if (type.isEmpty()) OUTSIDE to "" else tag.substringBefore('-') to type
    }

    private const val OUTSIDE = "O"
}
