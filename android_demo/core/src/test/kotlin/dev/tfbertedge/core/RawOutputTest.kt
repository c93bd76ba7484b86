package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class RawOutputTest {
    private fun tensor(dtype: String, scale: Float, zeroPoint: Int) = TensorInfo("scores", dtype, listOf(1, 3), scale, zeroPoint)

    @Test
    fun `dequantize integers subtracts the zero point, then multiplies, in float32`() {
        val raw = RawOutput.Integers(intArrayOf(0, 128, 255))
        // (255 - 3) * 0.1 in float32 is 25.2 as float32 has it, not as double has it.
        assertArrayEquals(floatArrayOf(-3 * 0.1f, 125 * 0.1f, 252 * 0.1f), raw.dequantize(tensor("uint8", 0.1f, 3)))
    }

    @Test
    fun `dequantize integers without a scale gives them as they are`() =
        assertArrayEquals(floatArrayOf(7f, -1f), RawOutput.Integers(intArrayOf(7, -1)).dequantize(tensor("int32", 0f, 5)))

    @Test
    fun `dequantize floats passes them through`() {
        val raw = RawOutput.Floats(floatArrayOf(0.5f, -1f))
        assertArrayEquals(floatArrayOf(0.5f, -1f), raw.dequantize(tensor("float32", 0.5f, 1)))
        assertEquals(2, raw.size)
    }

    @Test
    fun `label scores of equal probabilities keep the order of the labels`() {
        val scores = labelScores(floatArrayOf(0.25f, 0.5f, 0.25f, 0.0f, -0.0f), listOf("a", "b", "c", "d", "e"))
        assertEquals(listOf("b", "a", "c", "d", "e"), scores.map { it.label })
        assertEquals(listOf("b", "a"), labelScores(floatArrayOf(0.25f, 0.5f), listOf("a", "b"), 2).map { it.label }.sortedDescending())
    }

    @Test
    fun `code point offsets count a pair of surrogates once and a lone one too`() {
        val offsets = CodePointOffsets("a\ud83d\ude00b\ud800c\udc00")
        assertEquals(listOf(0, 1, 2, 3, 4, 5, 6), listOf(0, 1, 3, 4, 5, 6, 7).map(offsets::of))
        assertEquals(TextRange(1, 3, 1, 2), offsets.range(1, 3))
    }
}
