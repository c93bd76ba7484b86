package dev.tfbertedge.core

/**
 * One line of `golden.jsonl`: what the reference kernels make of a text, for any platform to compare with.
 *
 * @property rows the model's inputs and raw outputs, one row, or one for each window.
 * @property answer plain JSON values, as [Result.toJson] gives them.
 */
class GoldenRow(val text: String, val pair: String?, val rows: List<PredictedRow>, val answer: Any?) {
    companion object {
        /** Reads the golden lines of a bundle, one after the other. */
        fun read(bundle: Bundle): Sequence<GoldenRow> =
            bundle.lines("golden.jsonl").asSequence().mapIndexed { index, line -> parse(line, index, bundle.manifest) }

        private fun parse(line: String, index: Int, manifest: Manifest): GoldenRow {
            val where = "golden.jsonl, line ${index + 1}"
            val values = try {
                Fields(Json.parse(line), where)
            } catch (error: JsonException) {
                throw BundleException("$where is damaged: ${error.message}. Get the bundle again.", error)
            }
            return GoldenRow(
                text = values.string("text"),
                pair = values["text_pair"]?.let { string(it, "$where.text_pair") },
                rows = if (values.has("rows")) {
                    values.list("rows") { value, place -> row(Fields(value, place), place, manifest) }
                } else {
                    // Bundles of schema 1 and 2 hold their only row's values beside the text.
                    listOf(row(values, where, manifest))
                },
                answer = values["answer"],
            )
        }

        private fun row(values: Fields, where: String, manifest: Manifest): PredictedRow {
            val outputs = values.list("outputs") { value, _ -> value }
            if (outputs.size != manifest.outputs.size) {
                throw damaged("$where must have ${manifest.outputs.size} outputs, it has ${outputs.size}")
            }
            val inputs = listOf("ids", "segment_ids", "mask").map { name ->
                integers(values[name], "$where.$name").also {
                    if (it.size != manifest.sequenceLength) {
                        throw damaged("$where.$name must be ${manifest.sequenceLength} numbers, they are ${it.size}")
                    }
                }
            }
            return PredictedRow(
                inputs[0], inputs[1], inputs[2],
                outputs.zip(manifest.outputs) { value, tensor -> output(value, tensor, "$where.outputs") },
            )
        }

        private fun output(value: Any?, tensor: TensorInfo, where: String): RawOutput {
            val numbers = ArrayList<Any?>()
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
