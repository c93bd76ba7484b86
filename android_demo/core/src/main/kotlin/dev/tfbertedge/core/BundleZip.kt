package dev.tfbertedge.core

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.util.zip.ZipEntry
import java.util.zip.ZipException
import java.util.zip.ZipFile

/** Unpacks the zip of a bundle: plain files only, each once, within limits, and all of them or none. */
internal object BundleZip {
    private const val MAX_FILES = 64
    private const val BUFFER_BYTES = 1 shl 16

    fun unpack(zip: InputStream, folder: File) {
        if (folder.exists()) throw BundleException("$folder is there already. Name another folder.")
        val parent = folder.absoluteFile.parentFile ?: throw BundleException("$folder has no folder above it.")
        // The directory of a zip is at its end, so that a stream has to be kept first.
        val copy = File(parent, "${folder.name}.zip.partial")
        val partial = File(parent, "${folder.name}.partial")
        partial.deleteRecursively()
        try {
            parent.mkdirs()
            copy.outputStream().use { copyAtMost(zip, it, Bundle.MAX_BYTES, "the zip") }
            if (!partial.mkdir()) throw IOException("$partial cannot be made")
            ZipFile(copy).use { unpack(it, partial) }
            if (!partial.renameTo(folder)) throw IOException("$partial cannot be renamed")
        } catch (error: ZipException) {
            throw BundleException("the bundle is a damaged zip: ${error.message}. Get the bundle again.", error)
        } catch (error: IOException) {
            throw BundleException("the bundle cannot be unpacked: ${error.message}. Get it again.", error)
        } catch (error: IllegalArgumentException) { // What ZipFile says of names that are not UTF-8.
            throw BundleException("the bundle is a damaged zip: ${error.message}. Get the bundle again.", error)
        } finally {
            copy.delete()
            partial.deleteRecursively()
        }
    }

    private fun unpack(archive: ZipFile, folder: File) {
        if (archive.size() > MAX_FILES) {
            throw BundleException("the bundle must hold at most $MAX_FILES files; it has ${archive.size()}. Do not trust it.")
        }
        val entries = ArrayList<ZipEntry>()
        val all = archive.entries()
        while (all.hasMoreElements()) entries.add(all.nextElement())
        for (entry in entries) {
            val name = entry.name
            if ('/' in name || '\\' in name || '\u0000' in name || name == "" || name == "." || name == "..") {
                throw BundleException("the bundle must hold plain files; it has the path '${name.take(80)}'. Do not trust it.")
            }
        }
        if (entries.map { it.name }.toSet().size != entries.size) {
            throw BundleException("the bundle holds a file twice. Do not trust it.")
        }
        val manifest = manifest(archive)
        // What a zip says of its sizes is not believed: no file may give more bytes than the manifest has for it.
        for (entry in entries) {
            val most = if (entry.name == Manifest.FILE_NAME) {
                Bundle.MAX_MANIFEST_BYTES.toLong()
            } else {
                manifest.files[entry.name]?.sizeBytes
                    ?: throw BundleException("the bundle differs from its manifest: ${entry.name.take(80)} is not of this bundle.")
            }
            File(folder, entry.name).outputStream().use { out ->
                archive.getInputStream(entry).use { copyAtMost(it, out, most, entry.name) }
            }
        }
    }

    private fun manifest(archive: ZipFile): Manifest {
        val entry = archive.getEntry(Manifest.FILE_NAME)
            ?: throw BundleException("the zip is not a bundle: it has no ${Manifest.FILE_NAME}.")
        val content = ByteArrayOutputStream()
        archive.getInputStream(entry).use { copyAtMost(it, content, Bundle.MAX_MANIFEST_BYTES.toLong(), entry.name) }
        return Manifest.parse(decodeUtf8(content.toByteArray(), entry.name))
    }

    private fun copyAtMost(source: InputStream, target: OutputStream, most: Long, name: String) {
        val buffer = ByteArray(BUFFER_BYTES)
        var total = 0L
        while (true) {
            val count = source.read(buffer)
            if (count < 0) return
            total += count
            if (total > most) throw BundleException("$name must have at most $most bytes; it has more. Do not trust it.")
            target.write(buffer, 0, count)
        }
    }
}
