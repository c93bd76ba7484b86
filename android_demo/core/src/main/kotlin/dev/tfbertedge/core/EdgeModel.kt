package dev.tfbertedge.core

import java.io.Closeable

/** One output tensor as the model wrote it, flattened, the last axis fastest. */
sealed class RawOutput {
    /** How many numbers there are. */
    abstract val size: Int

    /** Quantized numbers: uint8 as 0 to 255, int8, int16 or int32 as they are. */
    class Integers(val values: IntArray) : RawOutput() {
        override val size: Int get() = values.size
    }

    /** Numbers of a float32 output. */
    class Floats(val values: FloatArray) : RawOutput() {
        override val size: Int get() = values.size
    }

    /** The real values, in float32: (raw - zero point) * scale; floats pass through. */
    fun dequantize(tensor: TensorInfo): FloatArray = when (this) {
        is Floats -> values
        is Integers -> FloatArray(values.size) { index ->
            val value = values[index].toFloat()
            if (tensor.scale == 0f) value else (value - tensor.zeroPoint.toFloat()) * tensor.scale
        }
    }
}

/**
 * A loaded model with the inputs ids, segment ids and mask, one example a call. Not for two threads at once.
 *
 * Whatever runs the graph stands behind this: LiteRT in the app, TensorFlow Lite for Java in the tests.
 */
interface EdgeModel : Closeable {
    /** The model's own inputs in the order of its file; the role need not be known. */
    val inputs: List<TensorInfo>

    /** The model's own outputs in the order of its file. */
    val outputs: List<TensorInfo>

    /**
     * Runs one example.
     *
     * @param ids piece ids, padded to the model's sequence length, as are the other two.
     * @param segmentIds 0 or 1.
     * @param mask 1 for a piece, 0 for padding.
     * @return the outputs in the order of [outputs].
     */
    fun run(ids: IntArray, segmentIds: IntArray, mask: IntArray): List<RawOutput>
}
