package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** By the rule of conlleval (Tjong Kim Sang and De Meulder 2003); seqeval 1.2.2 gives the same spans of tags of a scheme. */
class TagsTest {
    private fun spans(tags: String) = Tags.spans(tags.split(' ')).map { Triple(it.type, it.begin, it.end) }

    @Test
    fun `spans of legal tags`() {
        assertEquals(listOf(Triple("PER", 0, 2), Triple("LOC", 3, 4)), spans("B-PER I-PER O B-LOC"))
        assertEquals(listOf(Triple("X", 0, 1), Triple("X", 1, 3)), spans("S-X B-X E-X"))
    }

    @Test
    fun `spans of illegal tags begin where nothing of the type is open`() {
        assertEquals(listOf(Triple("X", 0, 1), Triple("Y", 1, 3)), spans("I-X I-Y I-Y"))
        assertEquals(listOf(Triple("X", 0, 1), Triple("X", 1, 2)), spans("E-X I-X"))
        assertEquals(listOf(Triple("X", 0, 1), Triple("X", 1, 2)), spans("B-X B-X"))
        assertEquals(emptyList<Any>(), spans("O X- -"))
    }

    @Test
    fun `spans of types with hyphens keep them`() {
        assertEquals(listOf(Triple("a-b", 0, 2)), spans("B-a-b I-a-b"))
    }
}
