package dev.tfbertedge.demo

import dev.tfbertedge.core.BundleException
import dev.tfbertedge.core.EdgeModel
import dev.tfbertedge.core.Manifest
import dev.tfbertedge.core.RawOutput
import dev.tfbertedge.core.TensorInfo
import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.tensorflow.lite.DataType
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.Tensor
import org.tensorflow.lite.TensorFlowLite

/** LiteRT, as it is in the app. */
object LiteRt : ModelRuntime {
    override fun version(): String = TensorFlowLite.runtimeVersion()

    override fun load(model: ByteBuffer, manifest: Manifest, threads: Int): EdgeModel = LiteRtModel(model, manifest, threads)
}

/**
 * A bundle's model in LiteRT, on the CPU. The only file that knows LiteRT.
 *
 * XNNPACK runs what it can, unless the bundle says that it gets this model wrong.
 *
 * @param model the file, mapped: LiteRT reads the weights where they are.
 * @throws BundleException LiteRT cannot run the model.
 */
class LiteRtModel(model: ByteBuffer, manifest: Manifest, threads: Int) : EdgeModel {
    private val interpreter: Interpreter
    private val roles: List<String?>
    private val inputBuffers: List<ByteBuffer>
    private val outputBuffers: List<ByteBuffer>

    override val inputs: List<TensorInfo>
    override val outputs: List<TensorInfo>

    init {
        val xnnpack = manifest.runtimes["xnnpack"] ?: true
        if (!xnnpack && manifest.runtimes["builtin"] == false) {
            throw BundleException("the bundle says that no fast kernels run its model right. Bundle another form.")
        }
        val options = Interpreter.Options().setNumThreads(threads).setUseXNNPACK(xnnpack)
        interpreter = running { Interpreter(model, options).also { it.allocateTensors() } }
        inputs = List(interpreter.inputTensorCount) { info(interpreter.getInputTensor(it)) }
        outputs = List(interpreter.outputTensorCount) { info(interpreter.getOutputTensor(it)) }
        roles = inputs.map { input -> manifest.inputs.firstOrNull { it.name == input.name }?.role }
        inputBuffers = List(inputs.size) { direct(interpreter.getInputTensor(it).numBytes()) }
        outputBuffers = List(outputs.size) { direct(interpreter.getOutputTensor(it).numBytes()) }
    }

    override fun run(ids: IntArray, segmentIds: IntArray, mask: IntArray): List<RawOutput> {
        for ((buffer, role) in inputBuffers.zip(roles)) {
            buffer.clear()
            buffer.asIntBuffer().put(
                when (role) {
                    "ids" -> ids
                    "segment_ids" -> segmentIds
                    else -> mask
                },
            )
        }
        val results = HashMap<Int, Any>()
        outputBuffers.forEachIndexed { index, buffer -> results[index] = buffer.also { it.clear() } }
        running { interpreter.runForMultipleInputsOutputs(inputBuffers.toTypedArray<Any>(), results) }
        return outputs.mapIndexed { index, tensor -> raw(outputBuffers[index].also { it.rewind() }, tensor) }
    }

    override fun close() = interpreter.close()

    private fun raw(buffer: ByteBuffer, tensor: TensorInfo): RawOutput = when (tensor.dtype) {
        "float32" -> RawOutput.Floats(FloatArray(tensor.size).also { buffer.asFloatBuffer().get(it) })
        "uint8" -> RawOutput.Integers(IntArray(tensor.size) { buffer.get().toInt() and 0xff })
        "int8" -> RawOutput.Integers(IntArray(tensor.size) { buffer.get().toInt() })
        "int16" -> RawOutput.Integers(IntArray(tensor.size) { buffer.getShort().toInt() })
        else -> RawOutput.Integers(IntArray(tensor.size) { buffer.getInt() })
    }

    companion object {
        private val DTYPES = mapOf(
            DataType.FLOAT32 to "float32",
            DataType.INT32 to "int32",
            DataType.UINT8 to "uint8",
            DataType.INT16 to "int16",
            DataType.INT8 to "int8",
        )

        private fun info(tensor: Tensor): TensorInfo {
            val dtype = DTYPES[tensor.dataType()]
                ?: throw BundleException("the model's ${tensor.name()} is ${tensor.dataType()}, which is not run here. Bundle another form.")
            val quantization = tensor.quantizationParams()
            return TensorInfo(tensor.name(), dtype, tensor.shape().toList(), quantization.scale, quantization.zeroPoint)
        }

        private fun direct(bytes: Int): ByteBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())

        // LiteRT says IllegalArgumentException or IllegalStateException of whatever it cannot do.
        private inline fun <T> running(run: () -> T): T = try {
            run()
        } catch (error: IllegalArgumentException) {
            throw refused(error)
        } catch (error: IllegalStateException) {
            throw refused(error)
        }

        private fun refused(error: RuntimeException) =
            BundleException("LiteRT ${LiteRt.version()} cannot run this model: ${error.message}. Bundle another form.", error)
    }
}
