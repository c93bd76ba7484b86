import dev.tfbertedge.core.Bundle;
import dev.tfbertedge.core.EdgeModel;
import dev.tfbertedge.core.Encoding;
import dev.tfbertedge.core.GoldenReport;
import dev.tfbertedge.core.Json;
import dev.tfbertedge.core.Predictor;
import dev.tfbertedge.core.RawOutput;
import dev.tfbertedge.core.TensorInfo;
import dev.tfbertedge.core.Tokenizer;
import java.io.File;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import kotlin.Unit;

/**
 * Tokenizes every code point and answers the golden texts of bundles with the core, the models' outputs taken from the file;
 * prints a digest and the golden reports. Whichever core is on the class path answers: the JVM's, or the one that came back
 * from the dex. Ends with 1 where anything differs from a golden file.
 */
public final class RoundTrip {
    private final Bundle bundle;

    private RoundTrip(File folder) {
        bundle = Bundle.Companion.open(folder);
    }

    public static void main(String[] arguments) throws Exception {
        new RoundTrip(new File(arguments[0])).codePoints();
        for (String folder : arguments) new RoundTrip(new File(folder)).golden();
    }

    private void codePoints() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Tokenizer tokenizer = bundle.tokenizer();
        int count = 0;
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) continue;
            String one = new String(Character.toChars(point));
            Encoding encoding = tokenizer.encode("a" + one + "b " + one, null, 16);
            for (int[] each : List.of(encoding.getIds(), encoding.getStarts(), encoding.getEnds())) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * each.length);
                bytes.asIntBuffer().put(each);
                digest.update(bytes.array());
            }
            count++;
        }
        StringBuilder hex = new StringBuilder();
        for (byte each : digest.digest()) hex.append(String.format("%02x", each));
        System.out.println("code points: " + count + ", ids and offsets: " + hex);
    }

    private void golden() {
        Predictor predictor = new Predictor(bundle, new Replay(bundle));
        Map<String, Object> report = GoldenReport.Companion.of(bundle, predictor, (done, total) -> Unit.INSTANCE).toJson();
        System.out.println(bundle.getManifest().getTask() + ", golden texts: " + Json.INSTANCE.write(report));
        for (String name : List.of("id_differences", "answer_differences", "differences")) {
            if (!report.get(name).equals(0)) System.exit(1);
        }
    }

    /** Gives the outputs of the golden file, one after the other. */
    private static final class Replay implements EdgeModel {
        private final Bundle bundle;
        private final Queue<List<?>> outputs = new ArrayDeque<>();

        Replay(Bundle bundle) {
            this.bundle = bundle;
            for (String line : bundle.lines("golden.jsonl")) {
                Map<?, ?> text = (Map<?, ?>) Json.INSTANCE.parse(line);
                List<?> rows = text.containsKey("rows") ? (List<?>) text.get("rows") : List.of(text);
                for (Object row : rows) outputs.add((List<?>) ((Map<?, ?>) row).get("outputs"));
            }
        }

        @Override
        public List<TensorInfo> getInputs() {
            return bundle.getManifest().getInputs();
        }

        @Override
        public List<TensorInfo> getOutputs() {
            return bundle.getManifest().getOutputs();
        }

        @Override
        public List<RawOutput> run(int[] ids, int[] segmentIds, int[] mask) {
            List<RawOutput> raw = new ArrayList<>();
            List<?> next = outputs.remove();
            for (int index = 0; index < next.size(); index++) {
                List<Number> flat = new ArrayList<>();
                flatten(next.get(index), flat);
                boolean floats = getOutputs().get(index).getDtype().startsWith("float");
                raw.add(floats ? floats(flat) : new RawOutput.Integers(flat.stream().mapToInt(Number::intValue).toArray()));
            }
            return raw;
        }

        private static RawOutput floats(List<Number> flat) {
            float[] values = new float[flat.size()];
            for (int index = 0; index < values.length; index++) values[index] = flat.get(index).floatValue();
            return new RawOutput.Floats(values);
        }

        private static void flatten(Object value, List<Number> into) {
            if (value instanceof Number number) into.add(number);
            else for (Object each : (List<?>) value) flatten(each, into);
        }

        @Override
        public void close() {}
    }
}
