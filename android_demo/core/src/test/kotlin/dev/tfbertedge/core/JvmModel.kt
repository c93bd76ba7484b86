package dev.tfbertedge.core

import java.io.File
import org.bytedeco.javacpp.BytePointer
import org.bytedeco.javacpp.FloatPointer
import org.bytedeco.javacpp.IntPointer
import org.bytedeco.javacpp.Pointer
import org.bytedeco.javacpp.ShortPointer
import org.bytedeco.tensorflowlite.BuiltinOpResolverWithXNNPACK
import org.bytedeco.tensorflowlite.FlatBufferModel
import org.bytedeco.tensorflowlite.FlatBufferModelBase
import org.bytedeco.tensorflowlite.Interpreter
import org.bytedeco.tensorflowlite.InterpreterBuilder
import org.bytedeco.tensorflowlite.TfLiteTensor
import org.bytedeco.tensorflowlite.global.tensorflowlite as lite

/** TensorFlow Lite on the JVM with its default kernels: XNNPACK for what it takes of a graph, its own for the rest. */
internal class JvmModel(file: File, roles: List<TensorInfo>, threads: Int = 1) : EdgeModel {
    private val model: FlatBufferModel =
        checkNotNull(FlatBufferModelBase.BuildFromFile(file.path)) { "$file is no model that TensorFlow Lite reads." }

    // The resolver of the C interface leaves XNNPACK out.
    private val resolver = BuiltinOpResolverWithXNNPACK()
    private val interpreter = Interpreter(null as Pointer?)

    init {
        val built = InterpreterBuilder(model, resolver).use { it.apply(interpreter, threads) }
        check(built == lite.kTfLiteOk) { "$file has an operator that is not known." }
        check(interpreter.AllocateTensors() == lite.kTfLiteOk) { "$file: no memory for its tensors." }
    }

    private val inputTensors = List(interpreter.inputs().limit().toInt()) { interpreter.input_tensor(it.toLong()) }
    private val outputCount = interpreter.outputs().limit().toInt()
    private val inputRoles = roles.map { checkNotNull(it.role) }

    override val inputs: List<TensorInfo> = inputTensors.map(::info)
    override val outputs: List<TensorInfo> =
        List(outputCount) { info(interpreter.output_tensor(it.toLong())) }

    override fun run(ids: IntArray, segmentIds: IntArray, mask: IntArray): List<RawOutput> {
        val byRole = mapOf("ids" to ids, "segment_ids" to segmentIds, "mask" to mask)
        for ((tensor, role) in inputTensors.zip(inputRoles)) {
            val values = byRole.getValue(role)
            check(lite.TfLiteTensorByteSize(tensor) == 4L * values.size) { "$role must fill the model's input." }
            IntPointer(lite.TfLiteTensorData(tensor)).put(values, 0, values.size)
        }
        check(interpreter.Invoke() == lite.kTfLiteOk) { "the model failed while running." }
        return List(outputCount) { read(interpreter.output_tensor(it.toLong())) }
    }

    override fun close() {
        interpreter.close()
        resolver.close()
        model.close()
    }

    private fun read(tensor: TfLiteTensor): RawOutput {
        val data = lite.TfLiteTensorData(tensor)
        val size = info(tensor).size
        return when (lite.TfLiteTensorType(tensor)) {
            lite.kTfLiteUInt8 -> RawOutput.Integers(bytes(BytePointer(data), size) { it.toInt() and 0xff })
            lite.kTfLiteInt8 -> RawOutput.Integers(bytes(BytePointer(data), size) { it.toInt() })
            lite.kTfLiteInt16 -> {
                val shorts = ShortArray(size).also { ShortPointer(data).get(it) }
                RawOutput.Integers(IntArray(size) { shorts[it].toInt() })
            }
            lite.kTfLiteInt32 -> RawOutput.Integers(IntArray(size).also { IntPointer(data).get(it) })
            lite.kTfLiteFloat32 -> RawOutput.Floats(FloatArray(size).also { FloatPointer(data).get(it) })
            else -> error("an output of type ${dtype(tensor)} is not read here.")
        }
    }

    private fun bytes(data: BytePointer, size: Int, value: (Byte) -> Int): IntArray {
        val bytes = ByteArray(size).also { data.get(it) }
        return IntArray(size) { value(bytes[it]) }
    }

    private fun info(tensor: TfLiteTensor): TensorInfo {
        val quantization = lite.TfLiteTensorQuantizationParams(tensor)
        return TensorInfo(
            name = lite.TfLiteTensorName(tensor).string,
            dtype = dtype(tensor),
            shape = List(lite.TfLiteTensorNumDims(tensor)) { lite.TfLiteTensorDim(tensor, it) },
            scale = quantization.scale(),
            zeroPoint = quantization.zero_point(),
        )
    }

    private fun dtype(tensor: TfLiteTensor): String = when (val type = lite.TfLiteTensorType(tensor)) {
        lite.kTfLiteFloat32 -> "float32"
        lite.kTfLiteInt32 -> "int32"
        lite.kTfLiteUInt8 -> "uint8"
        lite.kTfLiteInt8 -> "int8"
        lite.kTfLiteInt16 -> "int16"
        else -> "type $type"
    }
}
