package dev.tfbertedge.core

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.charset.CodingErrorAction
import java.security.MessageDigest

/** Where the files of a bundle come from: a folder, or the assets of an app. */
interface BundleSource {
    /** How the source is called in errors. */
    val name: String

    /** The names of all files, without hidden ones. */
    @Throws(IOException::class)
    fun fileNames(): List<String>

    /** Opens one file from its beginning; the caller closes it. */
    @Throws(IOException::class)
    fun open(fileName: String): InputStream
}

/**
 * A verified bundle: its manifest, and its files, each read when it is asked for.
 *
 * The model is hashed as a stream and never held in memory as a whole: map it from [BundleSource] yourself.
 */
class Bundle private constructor(val manifest: Manifest, private val source: BundleSource) {

    /** Opens a file of the bundle; the caller closes it. */
    @Throws(IOException::class)
    fun open(fileName: String): InputStream {
        if (!has(fileName)) throw BundleException("the bundle has no ${fileName.take(80)}.")
        return source.open(fileName)
    }

    /** Whether the bundle has this file. */
    fun has(fileName: String): Boolean = fileName in manifest.files

    /**
     * Returns the lines of a text file without their line feeds; a line ends at nothing else.
     *
     * @throws BundleException no such file, not UTF-8, or larger than [MAX_TEXT_BYTES].
     */
    fun lines(fileName: String): List<String> {
        if (!has(fileName)) throw BundleException("the bundle has no ${fileName.take(80)}.")
        val text = readText(source, fileName, MAX_TEXT_BYTES)
        return if (text.isEmpty()) emptyList() else text.removeSuffix("\n").split('\n')
    }

    /**
     * Makes the tokenizer of the bundle.
     *
     * @throws BundleException the vocabulary repeats a piece or lacks one that the settings name.
     */
    fun tokenizer(): Tokenizer = Tokenizer(lines("vocab.txt"), manifest.tokenizer)

    companion object {
        /** What all files together may have; a phone runs no larger model. */
        const val MAX_BYTES: Long = 2L shl 30

        /** What a text file may have, since it is read into memory. */
        const val MAX_TEXT_BYTES: Int = 64 shl 20

        internal const val MAX_MANIFEST_BYTES: Int = 4 shl 20
        private const val BUFFER_BYTES = 1 shl 16

        /**
         * Reads the bundle in a folder and compares every file with the manifest.
         *
         * @throws BundleException not a bundle, of a newer schema, or with a missing, altered or foreign file.
         */
        fun open(folder: File): Bundle = open(FolderSource(folder))

        /** Reads a bundle from anywhere else, such as an app's assets; see the other `open`. */
        fun open(source: BundleSource): Bundle {
            val names = reading(source.name) { source.fileNames() }
            if (Manifest.FILE_NAME !in names) {
                throw BundleException("${source.name} is not a bundle: it has no ${Manifest.FILE_NAME}.")
            }
            val manifest = Manifest.parse(readText(source, Manifest.FILE_NAME, MAX_MANIFEST_BYTES))
            verify(manifest, source, names - Manifest.FILE_NAME)
            val bundle = Bundle(manifest, source)
            val labels = if (bundle.has("labels.txt")) bundle.lines("labels.txt") else emptyList()
            if (manifest.labels.isNotEmpty() && labels != manifest.labels) {
                throw BundleException("labels.txt and the labels in ${Manifest.FILE_NAME} differ. Get the bundle again.")
            }
            return bundle
        }

        /**
         * Unpacks a zipped bundle into [folder], which must not exist, and reads it; nothing stays when it is refused.
         *
         * @throws BundleException a damaged or unsafe zip, or what [open] refuses.
         */
        fun unpack(zip: InputStream, folder: File): Bundle {
            BundleZip.unpack(zip, folder)
            try {
                return open(folder)
            } catch (error: BundleException) {
                folder.deleteRecursively()
                throw error
            }
        }

        private fun verify(manifest: Manifest, source: BundleSource, present: List<String>) {
            val files = manifest.files
            val problems = ArrayList<String>()
            Manifest.REQUIRED_FILES.filterNot { it in files }.mapTo(problems) { "$it is not listed" }
            (files.keys - present.toSet()).sorted().mapTo(problems) { "${it.take(80)} is missing" }
            (present - files.keys).sorted().mapTo(problems) { "${it.take(80)} is not of this bundle" }
            if (problems.isEmpty()) files.keys.sorted().mapNotNullTo(problems) { differs(source, it, files.getValue(it)) }
            if (problems.isNotEmpty()) {
                val listed = problems.take(10).joinToString("; ")
                throw BundleException("the bundle differs from its manifest: $listed. Get it again.")
            }
        }

        private fun differs(source: BundleSource, name: String, want: FileRecord): String? {
            val digest = MessageDigest.getInstance("SHA-256")
            var size = 0L
            reading(name) {
                source.open(name).use { stream ->
                    val buffer = ByteArray(BUFFER_BYTES)
                    // A file that never ends is given up once it is too long.
                    while (size <= want.sizeBytes) {
                        val count = stream.read(buffer)
                        if (count < 0) break
                        digest.update(buffer, 0, count)
                        size += count
                    }
                }
            }
            if (size != want.sizeBytes) {
                val has = if (size > want.sizeBytes) "it has more" else "it has $size"
                return "$name must have ${want.sizeBytes} bytes, $has"
            }
            val hash = digest.digest().joinToString("") { (it.toInt() and 0xff).toString(16).padStart(2, '0') }
            return if (hash == want.sha256) null else "$name was altered: its sha256 is $hash, not ${want.sha256}"
        }

        private fun readText(source: BundleSource, name: String, limit: Int): String {
            val content = ByteArrayOutputStream()
            reading(name) {
                source.open(name).use { stream ->
                    val buffer = ByteArray(BUFFER_BYTES)
                    while (true) {
                        val count = stream.read(buffer)
                        if (count < 0) break
                        content.write(buffer, 0, count)
                        if (content.size() > limit) {
                            throw BundleException("$name must have at most $limit bytes; it has more. Do not trust it.")
                        }
                    }
                }
            }
            return decodeUtf8(content.toByteArray(), name)
        }

        private inline fun <T> reading(what: String, read: () -> T): T = try {
            read()
        } catch (error: IOException) {
            throw BundleException("$what cannot be read: ${error.message}. Get the bundle again.", error)
        }
    }
}

/** Decodes strictly: what is not UTF-8 is refused, not replaced. */
internal fun decodeUtf8(content: ByteArray, name: String): String {
    val decoder = Charsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)
    try {
        return decoder.decode(ByteBuffer.wrap(content)).toString()
    } catch (error: CharacterCodingException) {
        throw BundleException("$name must be UTF-8 text; it is not. Get the bundle again.", error)
    }
}

private class FolderSource(private val folder: File) : BundleSource {
    override val name: String get() = folder.path

    override fun fileNames(): List<String> {
        val files = folder.listFiles() ?: throw BundleException("there is no bundle at $folder. Name a bundle's folder or zip.")
        val shown = files.filterNot { it.name.startsWith(".") } // Desktops leave such files behind.
        shown.firstOrNull { !it.isFile }?.let { throw BundleException("a bundle holds files only; $it is a folder.") }
        return shown.map { it.name }
    }

    override fun open(fileName: String): InputStream = File(folder, fileName).inputStream()
}
