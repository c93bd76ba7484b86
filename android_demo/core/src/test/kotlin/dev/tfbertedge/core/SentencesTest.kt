package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Expected values are those of Python's `tfbert_edge.runtime.sentences` on the same texts. */
class SentencesTest {
    private fun sentences(text: String) = Sentences.spans(text).map { text.substring(it) }

    @Test
    fun `spans of full stops, abbreviations, quotes and line breaks equal Python's`() {
        assertEquals(emptyList<String>(), sentences(""))
        assertEquals(emptyList<String>(), sentences("  \n "))
        assertEquals(listOf("One.", "Two!", "Three? four."), sentences("One. Two! Three? four."))
        val doctor = "Dr. Who met J. Smith at 3.5 p.m. Then he left."
        assertEquals(listOf(doctor), sentences(doctor))
        assertEquals(listOf("\"Go!\" he said.", "\"Now.\"", "She went"), sentences("\"Go!\" he said. \"Now.\" She went"))
        assertEquals(listOf("A", "B", "C...", "\u201cD\u201d"), sentences("A\r\nB\u2028C...  \u201cD\u201d"))
        assertEquals(listOf("The U.S. team won.", "A 5.", "B."), sentences("The U.S. team won. A 5. B."))
        assertEquals(listOf("Wait!?", "(Yes.)", "No."), sentences("Wait!? (Yes.) No."))
        assertEquals(listOf("Mr. X. y Z. 7.", "Q"), sentences("Mr. X. y Z. 7. Q"))
    }

    @Test
    fun `spans of letters beyond 16 bits and small letters with accents equal Python's`() {
        val text = "\ud835\udc00. Bold. \u00dcber alles. \u00fcber"
        assertEquals(listOf("\ud835\udc00. Bold.", "\u00dcber alles. \u00fcber"), sentences(text))
    }

    @Test
    fun `words equal Python's`() {
        assertEquals(
            listOf("dr", "who", "met", "j", "smith", "at", "3", "5", "p", "m", "then", "he", "left"),
            Sentences.words("Dr. Who met J. Smith at 3.5 p.m. Then he left."),
        )
        assertEquals(listOf("\ud835\udc00", "bold", "\u00dcber", "alles"), Sentences.words("\ud835\udc00. Bold. \u00dcber alles."))
    }

    @Test
    fun `places with a share of sentences takes the best in order`() {
        val choice = SentenceChoice(sentences = 0.5, words = null, trigramBlocking = false)
        assertEquals(listOf(0, 2), choice.places(listOf("a b", "c d", "e f", "g h"), listOf(0.5, 0.1, 2.0, 0.5)))
    }

    @Test
    fun `places with a limit of words passes over what does not fit, but for the first`() {
        val choice = SentenceChoice(sentences = null, words = 3.0, trigramBlocking = false)
        assertEquals(listOf(1), choice.places(listOf("a b", "c d e f", "g"), listOf(0.5, 0.9, 0.1)))
        assertEquals(listOf(0, 2), choice.places(listOf("a b", "c d e f", "g"), listOf(0.9, 0.5, 0.1)))
    }

    @Test
    fun `places with trigram blocking passes over repetition`() {
        val choice = SentenceChoice(sentences = 2.0, words = null, trigramBlocking = true)
        assertEquals(listOf(0, 2), choice.places(listOf("a b c d", "x B c D", "b c e"), listOf(0.9, 0.8, 0.7)))
    }
}
