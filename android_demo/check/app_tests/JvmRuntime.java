package dev.tfbertedge.demo;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.*;

import dev.tfbertedge.core.EdgeModel;
import dev.tfbertedge.core.Manifest;
import dev.tfbertedge.core.RawOutput;
import dev.tfbertedge.core.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.tensorflowlite.TfLiteInterpreter;
import org.bytedeco.tensorflowlite.TfLiteInterpreterOptions;
import org.bytedeco.tensorflowlite.TfLiteModel;
import org.bytedeco.tensorflowlite.TfLiteTensor;

/** TensorFlow Lite on the JVM, in the place of LiteRT, whose libraries are for Android alone. */
final class JvmRuntime implements ModelRuntime {
    @Override
    public String version() {
        return TfLiteVersion().getString();
    }

    @Override
    public EdgeModel load(ByteBuffer model, Manifest manifest, int threads) {
        return new Model(model, manifest, threads);
    }

    private static final class Model implements EdgeModel {
        private final BytePointer content;
        private final TfLiteModel model;
        private final TfLiteInterpreter interpreter;
        private final Manifest manifest;

        Model(ByteBuffer mapped, Manifest manifest, int threads) {
            this.manifest = manifest;
            byte[] bytes = new byte[mapped.remaining()];
            mapped.duplicate().get(bytes);
            content = new BytePointer(bytes);
            model = TfLiteModelCreate(content, bytes.length);
            TfLiteInterpreterOptions options = TfLiteInterpreterOptionsCreate();
            TfLiteInterpreterOptionsSetNumThreads(options, threads);
            interpreter = TfLiteInterpreterCreate(model, options);
            TfLiteInterpreterOptionsDelete(options);
            TfLiteInterpreterAllocateTensors(interpreter);
        }

        @Override
        public List<TensorInfo> getInputs() {
            return manifest.getInputs();
        }

        @Override
        public List<TensorInfo> getOutputs() {
            return manifest.getOutputs();
        }

        @Override
        public List<RawOutput> run(int[] ids, int[] segmentIds, int[] mask) {
            for (int index = 0; index < getInputs().size(); index++) {
                String role = getInputs().get(index).getRole();
                int[] values = "ids".equals(role) ? ids : "mask".equals(role) ? mask : segmentIds;
                TfLiteTensor tensor = TfLiteInterpreterGetInputTensor(interpreter, index);
                new IntPointer(TfLiteTensorData(tensor)).put(values, 0, values.length);
            }
            if (TfLiteInterpreterInvoke(interpreter) != kTfLiteOk) throw new IllegalStateException("the model failed");
            List<RawOutput> outputs = new ArrayList<>();
            for (int index = 0; index < getOutputs().size(); index++) {
                TensorInfo info = getOutputs().get(index);
                boolean unsigned = info.getDtype().equals("uint8");
                if (!unsigned && !info.getDtype().equals("int8")) throw new IllegalStateException("not run here: " + info);
                byte[] bytes = new byte[info.getSize()];
                new BytePointer(TfLiteTensorData(TfLiteInterpreterGetOutputTensor(interpreter, index))).get(bytes);
                int[] values = new int[bytes.length];
                for (int place = 0; place < values.length; place++) values[place] = unsigned ? bytes[place] & 0xff : bytes[place];
                outputs.add(new RawOutput.Integers(values));
            }
            return outputs;
        }

        @Override
        public void close() {
            TfLiteInterpreterDelete(interpreter);
            TfLiteModelDelete(model);
            content.deallocate();
        }
    }
}
