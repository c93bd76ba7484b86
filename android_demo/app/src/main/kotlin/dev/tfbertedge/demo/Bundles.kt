package dev.tfbertedge.demo

import android.content.Context
import android.net.Uri
import dev.tfbertedge.core.Bundle
import dev.tfbertedge.core.BundleException
import dev.tfbertedge.core.BundleSource
import dev.tfbertedge.core.Manifest
import java.io.File
import java.io.FileInputStream
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.security.MessageDigest

/** Where a bundle is. */
sealed class Place {
    /** The one that was picked last, or else the app's own. */
    object Usual : Place()

    /** Among the app's assets. */
    object Assets : Place()

    /** A zip in the app's files, `bundles/NAME.zip`, put there over adb. */
    class Pushed(val name: String) : Place()

    /** A zip that the user picked; it is kept. */
    class Picked(val uri: Uri) : Place()
}

/** Finds, unpacks, verifies and maps bundles. For the background thread. */
class Bundles(private val context: Context, private val runtime: ModelRuntime) {
    private val picked = File(context.filesDir, "picked")

    /**
     * Opens the bundle at [place].
     *
     * @throws BundleException there is none, or it is refused; the one that was picked before then stays.
     */
    fun open(place: Place): LoadedBundle = when (place) {
        is Place.Usual -> if (picked.isDirectory) fromFolder(picked, PICKED) else fromAssets()
        is Place.Assets -> fromAssets()
        is Place.Pushed -> pushed(place.name)
        is Place.Picked -> {
            val fresh = File(context.filesDir, "picked-new")
            fresh.deleteRecursively()
            reading("the file") {
                val stream = context.contentResolver.openInputStream(place.uri) ?: throw IOException("it is gone")
                stream.use { Bundle.unpack(it, fresh) }
            }
            picked.deleteRecursively()
            if (!fresh.renameTo(picked)) throw BundleException("the bundle cannot be kept in $picked. Free some space.")
            fromFolder(picked, PICKED)
        }
    }

    /** Makes the app's own bundle the usual one again. */
    fun forgetPicked() {
        picked.deleteRecursively()
    }

    private fun fromAssets(): LoadedBundle {
        val source = AssetSource(context)
        if (Manifest.FILE_NAME !in source.fileNames()) throw BundleException(context.getString(R.string.no_bundle))
        val bundle = Bundle.open(source)
        // Fails where the build compressed the model, as neither build of this app does.
        val mapped = reading("the model") {
            context.assets.openFd("${AssetSource.FOLDER}/$MODEL").use { asset ->
                FileInputStream(asset.fileDescriptor).channel.use {
                    it.map(FileChannel.MapMode.READ_ONLY, asset.startOffset, asset.declaredLength)
                }
            }
        }
        return LoadedBundle("assets", bundle, sha256(source.open(Manifest.FILE_NAME)), mapped, runtime)
    }

    private fun pushed(name: String): LoadedBundle {
        if (!NAME.matches(name)) throw BundleException("a bundle's name must match $NAME, it was '${name.take(80)}'.")
        val zip = File(context.filesDir, "bundles/$name.zip")
        if (!zip.isFile) throw BundleException("there is no bundles/$name.zip among the app's files. Push it first.")
        val folder = File(context.cacheDir, "pushed")
        folder.deleteRecursively()
        reading(zip.name) { zip.inputStream().use { Bundle.unpack(it, folder) } }
        return fromFolder(folder, name)
    }

    private fun fromFolder(folder: File, name: String): LoadedBundle {
        val bundle = Bundle.open(folder)
        val mapped: ByteBuffer = reading("the model") {
            FileInputStream(File(folder, MODEL)).channel.use { it.map(FileChannel.MapMode.READ_ONLY, 0, it.size()) }
        }
        return LoadedBundle(name, bundle, sha256(File(folder, Manifest.FILE_NAME).inputStream()), mapped, runtime)
    }

    companion object {
        /** What names of bundles and runs may be made of: they become names of files. */
        val NAME: Regex = Regex("[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

        private const val PICKED = "picked"
        private const val MODEL = "model.tflite"

        private fun sha256(stream: InputStream): String {
            val digest = stream.use { MessageDigest.getInstance("SHA-256").digest(it.readBytes()) }
            return digest.joinToString("") { (it.toInt() and 0xff).toString(16).padStart(2, '0') }
        }

        private inline fun <T> reading(what: String, read: () -> T): T = try {
            read()
        } catch (error: IOException) {
            throw BundleException("$what cannot be read: ${error.message}. Get the bundle again.", error)
        } catch (error: SecurityException) { // The app that offered the file took it back.
            throw BundleException("$what cannot be read: ${error.message}. Pick it again.", error)
        }
    }
}

/** The bundle that was built into the app. */
private class AssetSource(private val context: Context) : BundleSource {
    override val name: String get() = "the app's own bundle"

    override fun fileNames(): List<String> = context.assets.list(FOLDER).orEmpty().filterNot { it.startsWith(".") }

    override fun open(fileName: String): InputStream = context.assets.open("$FOLDER/$fileName")

    companion object {
        const val FOLDER = "bundle"
    }
}
