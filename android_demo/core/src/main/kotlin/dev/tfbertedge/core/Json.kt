package dev.tfbertedge.core

/** A text that is no JSON, or more of it than [Json] takes. */
class JsonException(message: String) : Exception(message)

/**
 * Reads strict JSON (RFC 8259) into plain values: `Map<String, Any?>`, `List<Any?>`, `String`, `Long`, `Double`,
 * `Boolean` and null.
 *
 * Refused are what Python's reader also takes (NaN, Infinity), a name that occurs twice in an object, integers beyond
 * 64 bits, and nesting deeper than [MAX_DEPTH]. An escaped lone surrogate stays one, as in Python.
 */
object Json {
    /** Nesting that no file of a bundle comes near, and that no thread's stack overflows at. */
    const val MAX_DEPTH: Int = 64

    /** @throws JsonException the text is not one JSON value. */
    fun parse(text: String): Any? = JsonReader(text).document()

    /** Writes what [parse] returns (and any `Number` or `Map`), in ASCII, on one line; NaN and infinity are refused. */
    fun write(value: Any?): String = StringBuilder().also { append(it, value) }.toString()

    private fun append(out: StringBuilder, value: Any?) {
        when (value) {
            null, is Boolean -> out.append(value)
            is String -> appendString(out, value)
            is Double -> appendDouble(out, value)
            // Through Float's own text 0.1f would be written as 0.1, which reads as another Double than 0.1f is.
            is Float -> appendDouble(out, value.toDouble())
            is Number -> out.append(value)
            is Map<*, *> -> {
                var separator = "{"
                for ((name, item) in value) {
                    out.append(separator)
                    appendString(out, name.toString())
                    out.append(": ")
                    append(out, item)
                    separator = ", "
                }
                out.append(if (value.isEmpty()) "{}" else "}")
            }
            is Iterable<*> -> {
                var separator = "["
                for (item in value) {
                    out.append(separator)
                    append(out, item)
                    separator = ", "
                }
                out.append(if (separator == "[") "[]" else "]")
            }
            else -> throw JsonException("a ${value.javaClass.name} is no JSON value: $value.")
        }
    }

    private fun appendDouble(out: StringBuilder, value: Double) {
        if (value.isNaN() || value.isInfinite()) throw JsonException("$value is no JSON value.")
        out.append(value)
    }

    private fun appendString(out: StringBuilder, value: String) {
        out.append('"')
        for (character in value) {
            when {
                character == '"' || character == '\\' -> out.append('\\').append(character)
                character in ' '..'~' -> out.append(character)
                else -> out.append("\\u").append(character.code.toString(16).padStart(4, '0'))
            }
        }
        out.append('"')
    }
}

private class JsonReader(private val text: String) {
    private var position = 0

    fun document(): Any? {
        skipBlanks()
        val value = value(0)
        skipBlanks()
        if (position != text.length) fail("more text after the value")
        return value
    }

    private fun value(depth: Int): Any? {
        val first = peek()
        if (depth == Json.MAX_DEPTH && (first == '{' || first == '[')) fail("nesting deeper than ${Json.MAX_DEPTH}")
        return when (first) {
            '{' -> members(depth)
            '[' -> items(depth)
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun members(depth: Int): Map<String, Any?> {
        val members = LinkedHashMap<String, Any?>()
        position++
        skipBlanks()
        if (take('}')) return members
        while (true) {
            if (peek() != '"') fail("a name in quotes was expected")
            val name = string()
            skipBlanks()
            if (!take(':')) fail("':' was expected")
            skipBlanks()
            if (members.containsKey(name)) fail("the name '${name.take(40)}' occurs twice")
            members[name] = value(depth + 1)
            skipBlanks()
            if (take('}')) return members
            if (!take(',')) fail("',' or '}' was expected")
            skipBlanks()
        }
    }

    private fun items(depth: Int): List<Any?> {
        val items = ArrayList<Any?>()
        position++
        skipBlanks()
        if (take(']')) return items
        while (true) {
            items.add(value(depth + 1))
            skipBlanks()
            if (take(']')) return items
            if (!take(',')) fail("',' or ']' was expected")
            skipBlanks()
        }
    }

    private fun string(): String {
        val out = StringBuilder()
        position++
        while (true) {
            val character = peek()
            position++
            when {
                character == '"' -> return out.toString()
                character == '\\' -> out.append(escaped())
                character < ' ' -> fail("a control character in a string")
                else -> out.append(character)
            }
        }
    }

    private fun escaped(): Char {
        val character = peek()
        position++
        return when (character) {
            '"', '\\', '/' -> character
            'b' -> '\b'
            'f' -> '\u000C'
            'n' -> '\n'
            'r' -> '\r'
            't' -> '\t'
            'u' -> {
                var code = 0
                repeat(4) {
                    val digit = hexDigit(peek())
                    if (digit < 0) fail("four hexadecimal digits were expected")
                    code = code * 16 + digit
                    position++
                }
                code.toChar()
            }
            else -> fail("an unknown escape")
        }
    }

    private fun hexDigit(character: Char): Int = when (character) {
        in '0'..'9' -> character - '0'
        in 'a'..'f' -> character - 'a' + 10
        in 'A'..'F' -> character - 'A' + 10
        else -> -1
    }

    private fun number(): Number {
        val start = position
        take('-')
        if (!take('0')) digits()
        var whole = true
        if (take('.')) {
            whole = false
            digits()
        }
        if (take('e') || take('E')) {
            whole = false
            if (!take('+')) take('-')
            digits()
        }
        val digits = text.substring(start, position)
        if (whole) return digits.toLongOrNull() ?: fail("an integer beyond 64 bits")
        val number = digits.toDouble()
        if (number.isInfinite()) fail("a number beyond 64 bits")
        return number
    }

    private fun digits() {
        if (peek() !in '0'..'9') fail("a value was expected")
        while (position < text.length && text[position] in '0'..'9') position++
    }

    private fun word(word: String, value: Any?): Any? {
        if (!text.startsWith(word, position)) fail("a value was expected")
        position += word.length
        return value
    }

    private fun peek(): Char = if (position < text.length) text[position] else fail("the text ends too early")

    private fun take(character: Char): Boolean {
        val there = position < text.length && text[position] == character
        if (there) position++
        return there
    }

    private fun skipBlanks() {
        while (position < text.length && (text[position] == ' ' || text[position] in "\t\n\r")) position++
    }

    private fun fail(problem: String): Nothing = throw JsonException("$problem at character $position")
}
