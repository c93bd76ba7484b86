package dev.tfbertedge.core

import java.io.File
import org.bytedeco.javacpp.BytePointer
import org.bytedeco.javacpp.FloatPointer
import org.bytedeco.javacpp.IntPointer
import org.bytedeco.javacpp.ShortPointer
import org.bytedeco.tensorflowlite.TfLiteInterpreter
import org.bytedeco.tensorflowlite.TfLiteModel
import org.bytedeco.tensorflowlite.TfLiteTensor
import org.bytedeco.tensorflowlite.global.tensorflowlite as lite

/** TensorFlow Lite on the JVM, through its C interface: builtin kernels, and XNNPACK where it takes part of a graph. */
internal class JvmModel(file: File, roles: List<TensorInfo>, threads: Int = 1) : EdgeModel {
    private val model: TfLiteModel =
        checkNotNull(lite.TfLiteModelCreateFromFile(file.path)) { "$file is no model that TensorFlow Lite reads." }
    private val interpreter: TfLiteInterpreter

    init {
        val options = lite.TfLiteInterpreterOptionsCreate()
        lite.TfLiteInterpreterOptionsSetNumThreads(options, threads)
        interpreter = checkNotNull(lite.TfLiteInterpreterCreate(model, options)) { "$file has an operator that is not known." }
        lite.TfLiteInterpreterOptionsDelete(options)
        check(lite.TfLiteInterpreterAllocateTensors(interpreter) == lite.kTfLiteOk) { "$file: no memory for its tensors." }
    }

    private val inputTensors = List(lite.TfLiteInterpreterGetInputTensorCount(interpreter)) {
        lite.TfLiteInterpreterGetInputTensor(interpreter, it)
    }
    private val outputCount = lite.TfLiteInterpreterGetOutputTensorCount(interpreter)
    private val inputRoles = roles.map { checkNotNull(it.role) }

    override val inputs: List<TensorInfo> = inputTensors.map(::info)
    override val outputs: List<TensorInfo> =
        List(outputCount) { info(lite.TfLiteInterpreterGetOutputTensor(interpreter, it)) }

    override fun run(ids: IntArray, segmentIds: IntArray, mask: IntArray): List<RawOutput> {
        val byRole = mapOf("ids" to ids, "segment_ids" to segmentIds, "mask" to mask)
        for ((tensor, role) in inputTensors.zip(inputRoles)) {
            val values = byRole.getValue(role)
            check(lite.TfLiteTensorByteSize(tensor) == 4L * values.size) { "$role must fill the model's input." }
            IntPointer(lite.TfLiteTensorData(tensor)).put(values, 0, values.size)
        }
        check(lite.TfLiteInterpreterInvoke(interpreter) == lite.kTfLiteOk) { "the model failed while running." }
        return List(outputCount) { read(lite.TfLiteInterpreterGetOutputTensor(interpreter, it)) }
    }

    override fun close() {
        lite.TfLiteInterpreterDelete(interpreter)
        lite.TfLiteModelDelete(model)
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
