package dev.tfbertedge.core

/** Turns the JSON of a manifest into values, and refuses every field that is not what it must be. */
internal object ManifestReader {
    // Far above any tensor that one text needs; a product of shapes stays far from overflow.
    private const val MAX_TENSOR_SIZE = 1L shl 26
    private const val MAX_SEQUENCE_LENGTH = 1L shl 20
    private val DTYPES = setOf("float32", "float16", "int8", "uint8", "int16", "int32")
    private val ROLES = setOf("ids", "segment_ids", "mask")
    private val HASH = Regex("[0-9a-f]{64}")
    private val FIELDS = setOf(
        "schema_version", "task", "labels", "form", "sequence_length", "inputs", "outputs", "tokenizer", "value_range",
        "settings", "thresholds", "figures", "runtimes", "files", "produced_by",
    )

    fun read(text: String): Manifest {
        val values = try {
            Fields(Json.parse(text), Manifest.FILE_NAME)
        } catch (error: JsonException) {
            throw BundleException("${Manifest.FILE_NAME} must be a JSON object: ${error.message}. Get it again.", error)
        }
        val version = values.long("schema_version", 1L, Long.MAX_VALUE)
        if (version > Manifest.SCHEMA_VERSION) {
            throw BundleException(
                "the bundle has schema version $version, this app reads up to ${Manifest.SCHEMA_VERSION}. Update the app.",
            )
        }
        values.refuseUnknown(FIELDS)
        val sequenceLength = values.long("sequence_length", 2L, MAX_SEQUENCE_LENGTH).toInt()
        return Manifest(
            schemaVersion = version.toInt(),
            task = task(values),
            labels = values.list("labels") { value, where -> string(value, where) },
            form = values.string("form"),
            sequenceLength = sequenceLength,
            inputs = inputs(values, sequenceLength),
            outputs = values.list("outputs", ::tensor).also {
                if (it.isEmpty()) throw damaged("outputs must name a tensor")
            },
            tokenizer = tokenizer(values.fields("tokenizer")),
            valueRange = valueRange(values),
            settings = values.optionalMap("settings") { value, _ -> value },
            thresholds = values.optionalMap("thresholds") { value, where -> number(value, where) },
            figures = values.optionalMap("figures") { value, _ -> value },
            runtimes = values.optionalMap("runtimes") { value, where -> boolean(value, where) },
            files = values.map("files", ::fileRecord),
            producedBy = values.optionalMap("produced_by") { value, where -> string(value, where) },
        )
    }

    private fun task(values: Fields): String {
        val task = values.string("task")
        if (task !in TASKS) throw damaged("the task '${task.take(40)}' is none of ${TASKS.joinToString()}. Update the app")
        return task
    }

    private fun inputs(values: Fields, sequenceLength: Int): List<TensorInfo> {
        val inputs = values.list("inputs", ::tensor)
        if (inputs.size != ROLES.size || inputs.map { it.role }.toSet() != ROLES) {
            throw damaged("inputs must be ids, segment_ids and mask")
        }
        for (tensor in inputs) {
            if (tensor.dtype != "int32" || tensor.shape != listOf(1, sequenceLength)) {
                throw damaged("input ${tensor.name} must be int32 [1, $sequenceLength]; it is ${tensor.dtype} ${tensor.shape}")
            }
        }
        return inputs
    }

    private fun tensor(value: Any?, where: String): TensorInfo {
        val fields = Fields(value, where)
        fields.refuseUnknown(setOf("name", "dtype", "shape", "scale", "zero_point", "role"))
        val shape = fields.list("shape") { length, place -> long(length, place, 1L, MAX_TENSOR_SIZE) }
        // Each product is cut off, so that the next one cannot overflow.
        val size = shape.fold(1L) { product, length -> minOf(product * length, MAX_TENSOR_SIZE + 1) }
        if (shape.size > 8 || size > MAX_TENSOR_SIZE) {
            throw damaged("$where.shape must hold at most $MAX_TENSOR_SIZE numbers; it is $shape")
        }
        val dtype = fields.string("dtype")
        if (dtype !in DTYPES) throw damaged("$where.dtype must be one of ${DTYPES.joinToString()}")
        return TensorInfo(
            name = fields.string("name"),
            dtype = dtype,
            shape = shape.map { it.toInt() },
            scale = if (fields.has("scale")) number(fields["scale"], "$where.scale").toFloat() else 0f,
            zeroPoint = if (fields.has("zero_point")) {
                fields.long("zero_point", Int.MIN_VALUE.toLong(), Int.MAX_VALUE.toLong()).toInt()
            } else {
                0
            },
            role = fields["role"]?.let { string(it, "$where.role") },
        )
    }

    private fun tokenizer(fields: Fields): TokenizerSettings {
        fields.refuseUnknown(
            setOf(
                "lowercase", "strip_accents", "handle_chinese_chars", "unk_token", "cls_token", "sep_token", "pad_token",
                "mask_token", "max_length", "stride", "max_word_characters", "clean_text", "added_tokens",
            ),
        )
        val plain = TokenizerSettings()
        val most = Int.MAX_VALUE.toLong()
        return TokenizerSettings(
            lowercase = fields.boolean("lowercase", plain.lowercase),
            stripAccents = fields["strip_accents"]?.let { boolean(it, "tokenizer.strip_accents") },
            handleChineseChars = fields.boolean("handle_chinese_chars", plain.handleChineseChars),
            unkToken = fields.string("unk_token", plain.unkToken),
            clsToken = fields.string("cls_token", plain.clsToken),
            sepToken = fields.string("sep_token", plain.sepToken),
            padToken = fields.string("pad_token", plain.padToken),
            maskToken = fields.string("mask_token", plain.maskToken),
            maxLength = if (fields.has("max_length")) fields.long("max_length", 2L, most).toInt() else plain.maxLength,
            stride = if (fields.has("stride")) fields.long("stride", 0L, most).toInt() else plain.stride,
            maxWordCharacters = if (fields.has("max_word_characters")) {
                fields.long("max_word_characters", 0L, most).toInt()
            } else {
                plain.maxWordCharacters
            },
            cleanText = fields.boolean("clean_text", plain.cleanText),
            addedTokens = if (fields.has("added_tokens")) fields.list("added_tokens", ::addedPiece) else emptyList(),
        )
    }

    private fun addedPiece(value: Any?, where: String): AddedPiece {
        val fields = Fields(value, where)
        fields.refuseUnknown(setOf("content", "single_word", "lstrip", "rstrip", "normalized", "special"))
        val content = fields.string("content")
        if (content.isEmpty()) throw damaged("$where.content must not be empty")
        return AddedPiece(
            content = content,
            singleWord = fields.boolean("single_word", false),
            lstrip = fields.boolean("lstrip", false),
            rstrip = fields.boolean("rstrip", false),
            normalized = fields.boolean("normalized", false),
            special = fields.boolean("special", true),
        )
    }

    private fun valueRange(values: Fields): Pair<Double, Double>? {
        if (values["value_range"] == null) return null
        val bounds = values.list("value_range") { value, where -> number(value, where) }
        if (bounds.size != 2) throw damaged("value_range must be two numbers")
        return bounds[0] to bounds[1]
    }

    private fun fileRecord(value: Any?, where: String): FileRecord {
        val fields = Fields(value, where)
        fields.refuseUnknown(setOf("sha256", "size_bytes"))
        val hash = fields.string("sha256")
        if (!HASH.matches(hash)) throw damaged("$where.sha256 must be 64 hexadecimal digits")
        return FileRecord(hash, fields.long("size_bytes", 0L, Bundle.MAX_BYTES))
    }
}
