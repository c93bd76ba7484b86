package dev.tfbertedge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.content.pm.ApplicationInfo;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.net.Uri;
import android.os.Looper;
import android.view.View;
import android.view.ViewGroup;
import android.widget.EditText;
import android.widget.ProgressBar;
import android.widget.RadioGroup;
import android.widget.TextView;
import dev.tfbertedge.core.Json;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kotlin.Unit;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;

/** The app's activities on the JVM: Android 15's own code, the app's resources, real bundles and real inference. */
@RunWith(RobolectricTestRunner.class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = 35, qualifiers = "w360dp-h740dp-xhdpi")
public final class AppTest {
    private static final long PATIENCE_MS = 60_000;

    @Before
    public void startAfresh() throws Exception {
        Session.INSTANCE.setRuntime(new JvmRuntime());
        Session.INSTANCE.cancelMeasuring();
        Session.INSTANCE.openOwn(RuntimeEnvironment.getApplication());
        await(() -> !(Session.INSTANCE.getOpened() instanceof Opened.Busy));
        if (Session.INSTANCE.getOpened() instanceof Opened.Failed failed) throw new AssertionError(failed.getMessage());
    }

    @Test
    public void validateByIntentWritesAReportOfTheWholeBundle() throws Exception {
        Map<?, ?> report = report("whole", true, "mode", "validate", "threads", 2);
        assertEquals("ok", report.get("status"));
        assertEquals("validate", report.get("mode"));
        assertEquals(128L, report.get("examples"));
        assertEquals(1.0, (double) block(report, "metrics").get("accuracy"), 0.0);
        Map<?, ?> golden = block(report, "golden");
        for (String name : List.of("id_differences", "answer_differences", "differences")) assertEquals(0L, golden.get(name));
        assertEquals("assets", block(report, "bundle").get("name"));
        assertEquals(2L, block(report, "runtime").get("threads"));
        assertEquals(35L, block(report, "device").get("android_api"));
        for (String name : List.of("latency_ms", "tokenize_ms", "decode_ms")) {
            assertEquals(128L, block(report, name).get("runs"));
            assertTrue((double) block(report, name).get("p50") > 0);
        }
        assertTrue((double) report.get("peak_memory_mib") > 1);
        assertNull(report.get("error"));
    }

    @Test
    public void benchmarkByIntentTimesAsManyTextsAsAsked() throws Exception {
        Map<?, ?> report = report("timed", true, "mode", "benchmark", "repeats", 7);
        assertEquals("ok", report.get("status"));
        assertEquals(7L, block(report, "latency_ms").get("runs"));
        assertFalse(report.containsKey("metrics"));
    }

    @Test
    public void missingBundleIsReportedAndShown() throws Exception {
        Map<?, ?> report = report("missing", true, "bundle", "nowhere");
        assertEquals("failed", report.get("status"));
        assertTrue(report.get("error").toString(), report.get("error").toString().contains("bundles/nowhere.zip"));
    }

    @Test
    public void brokenZipIsReportedAndTheNextBundleStillOpens() throws Exception {
        File zip = new File(RuntimeEnvironment.getApplication().getFilesDir(), "bundles/broken.zip");
        assertTrue(zip.getParentFile().isDirectory() || zip.getParentFile().mkdirs());
        Files.write(zip.toPath(), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        Map<?, ?> report = report("broken", true, "bundle", "broken");
        assertEquals("failed", report.get("status"));
        assertEquals("ok", report("mended", true, "mode", "benchmark", "repeats", 1).get("status"));
    }

    @Test
    public void wrongExtraIsReported() throws Exception {
        Map<?, ?> report = report("wrong", true, "mode", "guess");
        assertEquals("mode must be validate or benchmark, it was 'guess'.", report.get("error"));
    }

    @Test
    public void nameThatLeavesTheFolderIsRefused() throws Exception {
        start(intent("../escape"), true);
        idle();
        assertTrue(Session.INSTANCE.getMeasured() instanceof Measured.Failed);
        assertFalse(new File(RuntimeEnvironment.getApplication().getFilesDir(), "escape.json").exists());
    }

    @Test
    public void intentStartsNothingInAReleaseBuild() throws Exception {
        start(intent("release"), false);
        idle();
        assertTrue(Session.INSTANCE.getMeasured() instanceof Measured.Failed);
        assertFalse(file("release").exists());
    }

    @Test
    public void cancelledMeasurementLeavesNoReportAndTheUsualBundle() throws Exception {
        Semaphore busy = new Semaphore(0);
        Background.INSTANCE.start(task -> {
            busy.acquireUninterruptibly();
            return null;
        }, outcome -> Unit.INSTANCE);
        start(intent("cancelled"), true);
        Session.INSTANCE.cancelMeasuring();
        busy.release();
        await(() -> Session.INSTANCE.getMeasured() instanceof Measured.Cancelled);
        await(() -> Session.INSTANCE.getOpened() instanceof Opened.Ready);
        assertFalse(file("cancelled").exists());
    }

    @Test
    public void typedTextIsAnsweredAndTurningThePhoneLosesNothing() throws Exception {
        ActivityController<MainActivity> controller = Robolectric.buildActivity(MainActivity.class).setup();
        ask(controller.get(), "the film is good and great");
        assertTrue(texts(controller.get()).contains("positive"));
        screenshot(controller.get(), "try");
        RuntimeEnvironment.setQualifiers("+land-night");
        controller.configurationChange();
        MainActivity turned = controller.get();
        idle();
        assertEquals("the film is good and great", turned.<EditText>findViewById(R.id.text).getText().toString());
        assertTrue(texts(turned).contains("positive"));
        // 251 and 5 steps of 1/256, in thousandths.
        assertEquals(List.of(980, 20), bars(turned.findViewById(R.id.result)));
        screenshot(turned, "try-night");
        controller.pause().stop().destroy();
    }

    @Test
    public void sharedTextIsTakenOver() throws Exception {
        Intent intent = new Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "a dull plot");
        ActivityController<MainActivity> controller = Robolectric.buildActivity(MainActivity.class, intent).setup();
        await(() -> Session.INSTANCE.getAnswered() instanceof Answered.Ready);
        assertEquals("a dull plot", controller.get().<EditText>findViewById(R.id.text).getText().toString());
        assertEquals("negative", texts(controller.get()).stream().filter(List.of("negative", "positive")::contains).findFirst().get());
        controller.pause().stop().destroy();
    }

    @Test
    public void validationOnTheScreenSurvivesTurningAndShowsMetrics() throws Exception {
        ActivityController<MainActivity> controller = Robolectric.buildActivity(MainActivity.class).setup();
        controller.get().<RadioGroup>findViewById(R.id.tabs).check(R.id.tab_validate);
        controller.get().findViewById(R.id.start).performClick();
        controller.recreate();
        await(() -> Session.INSTANCE.getMeasured() instanceof Measured.Ready);
        assertTrue(texts(controller.get()).containsAll(List.of("accuracy", "1.0000")));
        assertEquals(View.VISIBLE, controller.get().findViewById(R.id.share).getVisibility());
        screenshot(controller.get(), "validate");
        controller.get().<RadioGroup>findViewById(R.id.tabs).check(R.id.tab_model);
        idle();
        assertTrue(texts(controller.get()).stream().anyMatch(text -> text.startsWith("model.tflite")));
        screenshot(controller.get(), "model");
        controller.pause().stop().destroy();
    }

    @Test
    public void bundleOfEveryTaskAnswersOnTheScreen() throws Exception {
        File[] folders = new File(System.getProperty("bundles")).listFiles();
        assertTrue(folders.length >= 6);
        for (File folder : folders) {
            String task = folder.getName();
            push(folder);
            Map<?, ?> report = report(task, true, "bundle", task, "mode", "benchmark", "repeats", 1);
            assertEquals(task + report.get("error"), "ok", report.get("status"));
            ActivityController<MainActivity> controller = Robolectric.buildActivity(MainActivity.class).setup();
            MainActivity activity = controller.get();
            assertEquals(task.equals("question_answering"), activity.findViewById(R.id.pair).getVisibility() == View.VISIBLE);
            activity.<EditText>findViewById(R.id.pair).setText("Ada was in Paris when John met the good dull film.");
            ask(activity, "who was in berlin");
            List<String> texts = texts(activity);
            assertTrue(task + texts, texts.stream().anyMatch(text -> text.startsWith("Tokenizing ")));
            screenshot(activity, "try-" + task);
            controller.pause().stop().destroy();
        }
    }

    @Test
    public void pickedFileThatIsNoBundleShowsOneMessage() throws Exception {
        Uri uri = Uri.parse("content://elsewhere/letter.txt");
        shadowOf(RuntimeEnvironment.getApplication().getContentResolver())
            .registerInputStream(uri, new ByteArrayInputStream("Dear all".getBytes()));
        ActivityController<MainActivity> controller = Robolectric.buildActivity(MainActivity.class).setup();
        Session.INSTANCE.open(controller.get(), new Place.Picked(uri));
        await(() -> Session.INSTANCE.getOpened() instanceof Opened.Failed);
        String message = ((Opened.Failed) Session.INSTANCE.getOpened()).getMessage();
        assertEquals(message, controller.get().<TextView>findViewById(R.id.state).getText().toString());
        assertFalse(message, message.contains("Exception"));
        assertFalse(controller.get().findViewById(R.id.answer).isEnabled());
        controller.pause().stop().destroy();
    }

    private static void push(File folder) throws Exception {
        File zip = new File(RuntimeEnvironment.getApplication().getFilesDir(), "bundles/" + folder.getName() + ".zip");
        assertTrue(zip.getParentFile().isDirectory() || zip.getParentFile().mkdirs());
        try (ZipOutputStream out = new ZipOutputStream(new FileOutputStream(zip))) {
            for (File file : folder.listFiles()) {
                out.putNextEntry(new ZipEntry(file.getName()));
                Files.copy(file.toPath(), out);
            }
        }
    }

    private static Map<?, ?> report(String run, boolean debuggable, Object... extras) throws Exception {
        Intent intent = intent(run);
        for (int index = 0; index < extras.length; index += 2) {
            String name = extras[index].toString();
            if (extras[index + 1] instanceof Integer number) intent.putExtra(name, number.intValue());
            else intent.putExtra(name, extras[index + 1].toString());
        }
        Activity activity = start(intent, debuggable);
        await(file(run)::exists);
        await(() -> !(Session.INSTANCE.getMeasured() instanceof Measured.Busy));
        activity.finish();
        return (Map<?, ?>) Json.INSTANCE.parse(new String(Files.readAllBytes(file(run).toPath())));
    }

    private static Intent intent(String run) {
        return new Intent(Request.ACTION).putExtra("run", run);
    }

    private static Activity start(Intent intent, boolean debuggable) {
        ApplicationInfo info = RuntimeEnvironment.getApplication().getApplicationInfo();
        info.flags = debuggable ? info.flags | ApplicationInfo.FLAG_DEBUGGABLE : info.flags & ~ApplicationInfo.FLAG_DEBUGGABLE;
        return Robolectric.buildActivity(ValidateActivity.class, intent).setup().get();
    }

    private static File file(String run) {
        return new File(RuntimeEnvironment.getApplication().getFilesDir(), "reports/" + run + ".json");
    }

    private static Map<?, ?> block(Map<?, ?> report, String name) {
        return (Map<?, ?>) report.get(name);
    }

    private static void ask(Activity activity, String text) throws Exception {
        activity.<EditText>findViewById(R.id.text).setText(text);
        activity.findViewById(R.id.answer).performClick();
        await(() -> Session.INSTANCE.getAnswered() instanceof Answered.Ready);
    }

    /** All that is written on the screen. */
    private static List<String> texts(Activity activity) {
        List<String> found = new ArrayList<>();
        collect(activity.findViewById(R.id.root), found);
        return found;
    }

    private static List<Integer> bars(ViewGroup rows) {
        List<Integer> found = new ArrayList<>();
        for (int index = 0; index < rows.getChildCount(); index++) {
            ProgressBar bar = rows.getChildAt(index).findViewById(R.id.bar);
            if (bar != null) found.add(bar.getProgress());
        }
        return found;
    }

    private static void collect(View view, List<String> into) {
        if (view instanceof TextView text && view.getVisibility() == View.VISIBLE) into.add(text.getText().toString());
        if (view instanceof ViewGroup group) {
            for (int index = 0; index < group.getChildCount(); index++) collect(group.getChildAt(index), into);
        }
    }

    private static void screenshot(Activity activity, String name) throws Exception {
        String folder = System.getProperty("screens");
        if (folder == null) return;
        View view = activity.getWindow().getDecorView();
        int width = activity.getResources().getDisplayMetrics().widthPixels;
        int height = activity.getResources().getDisplayMetrics().heightPixels;
        view.measure(
            View.MeasureSpec.makeMeasureSpec(width, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(height, View.MeasureSpec.EXACTLY));
        view.layout(0, 0, width, height);
        Bitmap bitmap = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
        view.draw(new Canvas(bitmap));
        try (FileOutputStream out = new FileOutputStream(new File(folder, name + ".png"))) {
            bitmap.compress(Bitmap.CompressFormat.PNG, 100, out);
        }
    }

    private static void idle() {
        shadowOf(Looper.getMainLooper()).idle();
    }

    private static void await(BooleanSupplier condition) throws Exception {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        idle();
        while (!condition.getAsBoolean()) {
            if (System.currentTimeMillis() > end) throw new AssertionError("waited in vain");
            Thread.sleep(10);
            idle();
        }
        idle();
    }
}
