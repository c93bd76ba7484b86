package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

class JsonTest {
    @Test
    fun `parse every kind of value`() {
        val text = " {\"a\": [1, -2.5e1, true, false, null, \"x\\u00e9\\ud83d\\ude00\\n\\/\"], \"b\": {}, \"c\": []} "
        val list = listOf(1L, -25.0, true, false, null, "xé\ud83d\ude00\n/")
        assertEquals(mapOf("a" to list, "b" to emptyMap<String, Any>(), "c" to emptyList<Any>()), Json.parse(text))
    }

    @Test
    fun `parse a lone surrogate keeps it`() = assertEquals("\ud800", Json.parse("\"\\ud800\""))

    @Test
    fun `parse what is no JSON is refused`() {
        val broken = listOf(
            "", " ", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5", "+1", "-", "1e", "NaN",
            "Infinity", "tru", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\t\"", "1 2", "\u00a01", "{\"a\":1,\"a\":2}",
            "9223372036854775808", "1e999", "[".repeat(65) + "]".repeat(65), "[".repeat(1_000_000),
        )
        for (text in broken) assertThrows(JsonException::class.java, { Json.parse(text) }, text.take(30))
    }

    @Test
    fun `parse nesting at the limit is read`() {
        assertEquals(listOf(1L), Json.parse("[1]"))
        Json.parse("[".repeat(64) + "]".repeat(64))
    }

    @Test
    fun `write then parse gives the same value`() {
        val value = mapOf("a\"\\" to listOf(1L, 0.1, "é\u0000\ud800", null, true), "empty" to emptyList<Any>(), "b" to emptyMap<String, Any>())
        assertEquals(value, Json.parse(Json.write(value)))
        assertEquals("{\"x\": 0.10000000149011612}", Json.write(mapOf("x" to 0.1f)))
    }

    @Test
    fun `write what JSON has not is refused`() {
        for (value in listOf(Double.NaN, Float.POSITIVE_INFINITY, Any())) {
            assertThrows(JsonException::class.java) { Json.write(value) }
        }
    }
}
