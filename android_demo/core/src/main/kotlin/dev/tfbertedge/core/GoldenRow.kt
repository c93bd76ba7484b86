package dev.tfbertedge.core

/**
 * One row of `golden.jsonl`: what the reference kernels make of a text, for any platform to compare with.
 *
 * @property outputs raw, as [EdgeModel.run] gives them.
 * @property answer plain JSON values, as [Result.toJson] gives them.
 */
class GoldenRow(
    val text: String,
    val pair: String?,
    val ids: IntArray,
    val segmentIds: IntArray,
    val mask: IntArray,
    val outputs: List<RawOutput>,
    val answer: Any?,
) {
    companion object {
        /** Reads the golden rows of a bundle, one after the other. */
        fun read(bundle: Bundle): Sequence<GoldenRow> =
            bundle.lines("golden.jsonl").asSequence().mapIndexed { index, line -> parse(line, index, bundle.manifest) }

        private fun parse(line: String, index: Int, manifest: Manifest): GoldenRow {
            val where = "golden.jsonl, row ${index + 1}"
            val row = try {
                Fields(Json.parse(line), where)
            } catch (error: JsonException) {
                throw BundleException("$where is damaged: ${error.message}. Get the bundle again.", error)
            }
            val rawOutputs = row.list("outputs") { value, _ -> value }
            if (rawOutputs.size != manifest.outputs.size) {
                throw damaged("$where must have ${manifest.outputs.size} outputs, it has ${rawOutputs.size}")
            }
            return GoldenRow(
                text = row.string("text"),
                pair = row["text_pair"]?.let { string(it, "$where.text_pair") },
                ids = integers(row["ids"], "$where.ids"),
                segmentIds = integers(row["segment_ids"], "$where.segment_ids"),
                mask = integers(row["mask"], "$where.mask"),
                outputs = rawOutputs.zip(manifest.outputs) { value, tensor -> output(value, tensor, "$where.outputs") },
                answer = row["answer"],
            )
        }

        private fun output(value: Any?, tensor: TensorInfo, where: String): RawOutput {
            val numbers = ArrayList<Any?>(tensor.size)
            flatten(value, numbers)
            if (numbers.size != tensor.size) {
                throw damaged("$where of ${tensor.name} must be ${tensor.size} numbers, they are ${numbers.size}")
            }
            return if (tensor.dtype.startsWith("float")) {
                RawOutput.Floats(FloatArray(numbers.size) { number(numbers[it], where).toFloat() })
            } else {
                RawOutput.Integers(integers(numbers, where))
            }
        }

        private fun flatten(value: Any?, into: MutableList<Any?>) {
            if (value is List<*>) value.forEach { flatten(it, into) } else into.add(value)
        }

        private fun integers(value: Any?, where: String): IntArray {
            val items = value as? List<*> ?: throw damaged("$where must be a list")
            return IntArray(items.size) { long(items[it], where, Int.MIN_VALUE.toLong(), Int.MAX_VALUE.toLong()).toInt() }
        }
    }
}
