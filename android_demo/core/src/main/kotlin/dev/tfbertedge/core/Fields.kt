package dev.tfbertedge.core

internal fun damaged(problem: String): BundleException =
    BundleException("${Manifest.FILE_NAME} is damaged: $problem. Get the bundle again.")

internal fun string(value: Any?, where: String): String = value as? String ?: throw mustBe(where, "a string", value)

internal fun boolean(value: Any?, where: String): Boolean =
    value as? Boolean ?: throw mustBe(where, "true or false", value)

internal fun number(value: Any?, where: String): Double =
    (value as? Number)?.toDouble() ?: throw mustBe(where, "a number", value)

internal fun long(value: Any?, where: String, least: Long, most: Long): Long {
    val number = value as? Long ?: throw mustBe(where, "an integer", value)
    if (number !in least..most) throw damaged("$where must be from $least to $most, it was $number")
    return number
}

private fun mustBe(where: String, what: String, value: Any?) =
    damaged("$where must be $what, it was ${value.toString().take(60)}")

/** A JSON object of which every field is asked for by name and type; [where] names it in errors. */
internal class Fields(value: Any?, private val where: String) {
    private val members: Map<*, *> = value as? Map<*, *> ?: throw mustBe(where, "a JSON object", value)

    operator fun get(name: String): Any? = members[name]

    fun has(name: String): Boolean = members.containsKey(name)

    fun refuseUnknown(known: Set<String>) {
        val unknown = members.keys.filter { it !in known }
        if (unknown.isNotEmpty()) throw damaged("$where has unknown fields: ${unknown.take(5).joinToString().take(100)}")
    }

    fun string(name: String): String = string(required(name), "$where.$name")

    fun string(name: String, otherwise: String): String = if (has(name)) string(name) else otherwise

    fun boolean(name: String, otherwise: Boolean): Boolean =
        if (has(name)) boolean(members[name], "$where.$name") else otherwise

    fun long(name: String, least: Long, most: Long): Long = long(required(name), "$where.$name", least, most)

    fun fields(name: String): Fields = Fields(required(name), "$where.$name")

    fun <T> list(name: String, item: (Any?, String) -> T): List<T> {
        val items = required(name) as? List<*> ?: throw mustBe("$where.$name", "a list", members[name])
        return items.mapIndexed { index, value -> item(value, "$where.$name[$index]") }
    }

    fun <T> map(name: String, item: (Any?, String) -> T): Map<String, T> {
        val entries = required(name) as? Map<*, *> ?: throw mustBe("$where.$name", "a JSON object", members[name])
        return entries.entries.associate { (key, value) -> key.toString() to item(value, "$where.$name.${key.toString().take(40)}") }
    }

    fun <T> optionalMap(name: String, item: (Any?, String) -> T): Map<String, T> =
        if (has(name)) map(name, item) else emptyMap()

    private fun required(name: String): Any? {
        if (!has(name)) throw damaged("$where has no $name")
        return members[name]
    }
}
