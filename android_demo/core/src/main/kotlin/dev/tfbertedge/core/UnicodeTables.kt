package dev.tfbertedge.core

// Written by scripts/android_tables.py from tokenizers 0.22.2; not to be edited.
/** What the Hugging Face tokenizer does to each code point; numbers are in base 36. */
internal object UnicodeTables {
    const val REMOVED: Int = 1
    const val SPACE: Int = 2
    const val CHINESE: Int = 4
    const val PUNCTUATION: Int = 8
    const val NONSPACING: Int = 16
    const val WORD: Int = 32

    /** Runs of code points with equal flags: gap, length, sum of the flags above. */
    const val FLAGS: String =
        "0 9 1 0 2 2 0 2 3 0 1 2 0 i 1 0 1 2 0 f 8 0 a w 0 7 8 0 q w 0 4 8 0 1 14 0 1 8 0 q w 0 4 8 0 6 1 0 1 3 0 q 1 0 1" +
        " 2 0 1 8 5 1 8 2 1 w 0 1 8 1 1 1 7 1 w 0 2 8 2 1 w 0 1 8 3 1 8 0 n w 1 v w 1 cq w 4 c w e 5 w 7 1 w 1 1 w h 34 1" +
        "c 0 5 w 1 2 w 2 4 w 0 1 8 0 1 w 6 1 w 0 1 8 0 3 w 1 1 w 1 k w 1 2b w 1 3v w 1 5 1c 0 4o w 1 12 w 2 1 w 0 6 8 0 1" +
        "5 w 0 2 8 6 19 1c 0 1 8 0 1 1c 0 1 8 0 2 1c 0 1 8 0 2 1c 0 1 8 0 1 1c 8 r w 4 4 w 0 2 8 b 6 1 3 2 8 1 2 8 2 b 1c" +
        " 0 1 8 0 1 1 1 2 8 0 17 w 0 l 1c 0 a w 0 4 8 0 2 w 0 1 1c 0 2r w 0 1 8 0 1 w 0 7 1c 0 1 1 1 6 1c 0 2 w 0 2 1c 1 " +
        "4 1c 0 f w 2 1 w 0 e 8 1 1 1 0 1 w 0 1 1c 0 u w 0 r 1c 2 2h w 0 b 1c 0 1 w e 17 w 0 9 1c 0 2 w 1 3 8 0 1 w 2 1 w" +
        " 2 m w 0 4 1c 0 1 w 0 9 1c 0 1 w 0 3 1c 0 1 w 0 5 1c 2 f 8 1 p w 0 3 1c 2 1 8 1 b w 5 o w 1 6 w 8 23 w 1 w 1c 0 " +
        "1j w 0 1 1c 0 1 w 0 1 1c 0 4 w 0 8 1c 0 4 w 0 1 1c 0 3 w 0 7 1c 0 a w 0 2 1c 0 2 8 0 a w 0 1 8 0 g w 0 1 1c 0 2 " +
        "w 1 8 w 2 2 w 2 m w 1 7 w 1 1 w 3 4 w 2 1 1c 0 4 w 0 4 1c 2 2 w 2 2 w 0 1 1c 0 1 w 8 1 w 4 2 w 1 3 w 0 2 1c 2 c " +
        "w a 1 w 1 1 w 2 2 1c 0 1 w 1 6 w 4 2 w 2 m w 1 7 w 1 2 w 1 2 w 1 2 w 2 1 1c 1 3 w 0 2 1c 4 2 1c 2 3 1c 3 1 1c 7 " +
        "4 w 1 1 w 7 a w 0 2 1c 0 3 w 0 1 1c b 2 1c 0 1 w 1 9 w 1 3 w 1 m w 1 7 w 1 2 w 1 5 w 2 1 1c 0 4 w 0 5 1c 1 2 1c " +
        "0 1 w 1 2 w 0 1 1c 2 1 w f 2 w 0 2 1c 2 a w 0 1 8 8 7 w 1 1 1c 0 2 w 1 8 w 2 2 w 2 m w 1 7 w 1 2 w 1 5 w 2 1 1c " +
        "0 2 w 0 1 1c 0 1 w 0 4 1c 2 2 w 2 2 w 0 1 1c 7 1 w 0 1 1c 0 1 w 4 2 w 1 3 w 0 2 1c 2 a w 1 1 w g 1 1c 0 1 w 1 6 " +
        "w 3 3 w 1 4 w 3 2 w 1 1 w 1 2 w 3 2 w 3 3 w 3 c w 4 2 w 0 1 1c 0 2 w 3 3 w 1 3 w 0 1 1c 2 1 w 6 1 w e a w g 1 1c" +
        " 0 c w 1 3 w 1 n w 1 g w 2 2 w 0 3 1c 0 4 w 1 3 1c 1 4 1c 7 2 1c 1 3 w 2 1 w 2 2 w 0 2 1c 2 a w g 1 w 0 1 1c 0 2" +
        " w 1 8 w 1 3 w 1 n w 1 a w 1 5 w 2 1 1c 0 2 w 0 1 1c 0 5 w 1 1 1c 0 2 w 1 2 w 0 2 1c 7 2 w 6 2 w 1 2 w 0 2 1c 2 " +
        "a w 1 3 w c 1 w 0 1 1c 0 b w 1 3 w 1 1b w 0 4 1c 1 3 w 1 3 w 0 1 1c 0 1 w 5 4 w 7 3 w 0 2 1c 2 a w a 6 w 1 3 w 1" +
        " i w 3 o w 1 9 w 1 1 w 2 7 w 3 1 1c 4 3 w 0 3 1c 1 1 1c 1 8 w 6 a w 2 2 w 0 1 8 c 1c w 0 1 1c 0 2 w 0 7 1c 5 7 w" +
        " 0 8 1c 0 1 8 0 a w 0 2 8 11 2 w 1 1 w 1 5 w 1 o w 1 1 w 1 a w 0 1 1c 0 2 w 0 6 1c 0 1 w 0 2 1c 0 1 w 2 5 w 1 1 " +
        "w 1 6 1c 0 1 w 1 a w 2 4 w w 1 w 3 f 8 1 1 8 3 2 1c 6 a w b 1 1c 1 1 1c 1 1 1c 0 4 8 0 a w 1 10 w 4 e 1c 0 1 w 0" +
        " 5 1c 0 1 8 0 2 1c 0 5 w 0 b 1c 1 10 1c 9 1 1c 9 5 8 4 2 8 11 19 w 0 4 1c 0 1 w 0 6 1c 0 1 w 0 2 1c 0 2 w 0 2 1c" +
        " 0 b w 0 6 8 0 8 w 0 2 1c 0 4 w 0 3 1c 0 g w 0 4 1c 0 d w 0 1 1c 0 2 w 0 2 1c 0 6 w 0 1 1c 0 f w 0 1 1c 2 12 w 1" +
        " 1 w 5 1 w 2 17 w 0 1 8 0 99 w 1 4 w 2 7 w 1 1 w 1 4 w 2 15 w 1 4 w 2 x w 1 4 w 2 7 w 1 1 w 1 4 w 2 f w 1 1l w 1" +
        " 4 w 2 1v w 2 3 1c 0 9 8 n g w g 2e w 2 6 w 2 1 8 0 h8 w 0 2 8 0 h w 0 1 2 0 q w 0 2 8 3 23 w 0 3 8 0 b w 7 i w " +
        "0 3 1c 0 1 w 9 j w 0 3 1c 0 2 8 9 i w 0 2 1c c d w 1 3 w 1 2 1c c 1g w 0 2 1c 0 1 w 0 7 1c 0 8 w 0 1 1c 0 2 w 0 " +
        "b 1c 0 3 8 0 1 w 0 3 8 1 1 w 0 1 1c 2 a w m b 8 0 3 1c 0 1 1 0 b w 6 2h w 7 15 w 0 1 1c 0 1 w 5 1y w a v w 1 3 1" +
        "c 0 4 w 0 2 1c 0 3 w 4 2 w 0 1 1c 0 6 w 0 3 1c 8 2 8 0 14 w 2 5 w b 18 w 4 q w 6 a w 12 n w 0 2 1c 0 2 w 0 1 1c " +
        "2 2 8 0 1i w 0 1 1c 0 1 w 0 7 1c 1 1 1c 0 1 w 0 1 1c 0 2 w 0 8 1c 0 6 w 0 a 1c 2 1 1c 0 a w 6 a w 6 7 8 0 1 w 0 " +
        "6 8 2 e 1c 0 h w 1d 4 1c 0 1c w 0 1 1c 0 1 w 0 5 1c 0 1 w 0 1 1c 0 5 w 0 1 1c 0 a w 3 a w 0 7 8 a 9 1c c 2 1c 0 " +
        "w w 0 4 1c 0 2 w 0 2 1c 0 1 w 0 3 1c 0 1k w 0 1 1c 0 1 w 0 2 1c 0 3 w 0 1 1c 0 1 w 0 3 1c 0 2 w 8 4 8 0 18 w 0 8" +
        " 1c 0 2 w 0 2 1c 3 5 8 0 a w 3 1d w 0 2 8 0 b w 5 17 w 2 3 w 0 8 8 8 3 1c 0 1 8 0 d 1c 0 1 w 0 7 1c 0 4 w 0 1 1c" +
        " 0 6 w 0 1 1c 0 3 w 0 2 1c 0 1 w 5 5c w 0 1i 1c 0 6 w 0 4 1c 0 7q w 2 6 w 2 12 w 2 6 w 2 8 w 1 1 w 1 1 w 1 1 w 1" +
        " v w 2 1h w 1 7 w 1 1 w 3 3 w 1 7 w 3 4 w 2 6 w 4 d w 5 3 w 1 7 w 3 b 2 0 1 1 0 2 x 0 2 1 0 o 8 0 2 2 0 5 1 0 1 " +
        "2 0 f 8 0 2 14 0 3 8 1 d 8 1 1 8 0 1 14 0 a 8 0 1 2 0 5 1 1 a 1 1 1 w b 2 8 0 1 w d 2 8 1 d w 1f d 1c 0 4 w 0 1 " +
        "1c 0 3 w 0 c 1c h 1 w 4 1 w 2 a w 1 1 w 3 5 w 6 1 w 1 1 w 1 1 w 1 4 w 1 b w 2 4 w 5 5 w 4 1 w h 15 w an 4 8 t 2 " +
        "8 az 1g w hq e 8 27 2 8 v a 8 b7 m 8 1r 4 8 w 2 8 ea 6d w 6 4 w 0 3 1c 0 2 w 5 4 8 1 2 8 0 12 w 1 1 w 5 1 w 2 1k" +
        " w 7 1 w 0 1 8 e 1 1c 0 n w 9 7 w 1 7 w 1 7 w 1 7 w 1 7 w 1 7 w 1 7 w 1 7 w 1 w 1c 0 1b 8 0 1 w 0 j 8 cd 1 2 0 3" +
        " 8 1 3 w 0 a 8 2 c 8 1 9 w 0 4 1c 0 2 w 0 1 8 0 5 w 2 5 w 0 1 8 3 2e w 2 2 1c 2 3 w 0 1 8 0 2i w 0 1 8 0 4 w 5 1" +
        "7 w 1 2m w h w w 1c g w e8 534 10 1s g74 10 0 wd w 1v 1a w 0 2 8 0 7h w 0 3 8 0 s w k 1b w 0 1 1c 0 3 w 0 1 8 0 " +
        "a 1c 0 1 8 0 v w 0 2 1c 0 28 w 0 2 1c 0 6 8 v 9 w 2 2v w 2 1v w 2 2 w 1 1 w 1 8 w l g w 0 1 1c 0 3 w 0 1 1c 0 4 " +
        "w 0 1 1c 0 p w 0 2 1c 0 1 w 4 1 w j 1g w 0 4 8 8 1w w 0 1 1c 0 1 w 8 2 8 0 a w 6 i 1c 0 6 w 0 3 8 0 1 w 0 1 8 0 " +
        "15 w 0 8 1c 0 2 8 0 n w 0 b 1c 0 2 w b 1 8 0 t w 3 3 1c 0 1c w 0 1 1c 0 2 w 0 4 1c 0 2 w 0 1 1c 0 4 w 0 d 8 1 b " +
        "w 4 2 8 0 5 w 0 1 1c 0 p w 1 15 w 0 6 1c 0 2 w 0 2 1c 0 2 w 0 2 1c 9 3 w 0 1 1c 0 8 w 0 1 1c 0 1 w 2 a w 2 4 8 0" +
        " n w 3 2 w 0 1 1c 0 1f w 0 1 1c 0 1 w 0 3 1c 0 2 w 0 2 1c 0 5 w 0 2 1c 0 1 w 0 1 1c 0 1 w o 3 w 0 2 8 0 c w 0 2 " +
        "1c 0 2 w 0 2 8 0 4 w 0 1 1c a 6 w 2 6 w 2 6 w 9 7 w 1 7 w 1 17 w 1 e w 6 39 w 0 1 1c 0 2 w 0 1 1c 0 2 w 0 1 8 0 " +
        "1 w 0 1 1c 2 a w 6 8mc w c n w 4 1d w 1l0 4xs 1 0 a6 10 0 2 4 0 2y 10 0 12 4 0 7 w c 5 w 5 1 w 0 1 1c 0 a w 1 d " +
        "w 1 5 w 1 1 w 1 2 w 1 2 w 1 30 w x a3 w 0 2 8 g 1s w 2 1i w 14 c w 4 g 1c 0 a 8 6 g 1c 0 3 8 0 2 14 0 o 8 0 3 14" +
        " 0 3 8 1 e 8 1 1 8 4 1 8 1 2 8 4 5 w 1 3r w 2 1 1 1 3 8 1 6 8 1 4 8 0 a w 0 2 8 3 2 8 0 q w 0 3 8 1 1 14 1 q w 0" +
        " 1 8 1 1 8 1 7 8 0 2h w 3 6 w 2 6 w 2 6 w 2 3 w s 3 1 1 1 1 2 c w 1 q w 1 j w 1 2 w 1 f w 2 e w y 3f w 5 3 8 1p " +
        "1h w 3s 1 1c 3m t w 3 1d w f 1 1c v w w d u w 5 12 w 0 5 1c 5 u w 1 1 8 0 10 w 4 8 w 0 1 8 0 5 w 16 4e w 2 a w 6" +
        " 10 w 4 10 w 4 14 w 8 1g w b 1 8 0 b w 1 f w 1 7 w 1 2 w 1 b w 1 f w 1 7 w 1 2 w 3 1g w c 8n w 9 m w a 8 w o 6 w" +
        " 1 16 w 1 9 w 1x 6 w 2 1 w 1 18 w 1 2 w 3 1 w 2 n w 1 1 8 8 n w 9 v w 1t j w 1 2 w a m w 9 1 8 0 q w 5 1 8 1s 1k" +
        " w 6 2 w 1s 1 w 0 3 1c 1 2 1c 5 4 1c 0 4 w 1 3 w 1 t w 2 3 1c 4 1 1c g 9 8 7 t w 2 1 8 0 t w z 8 w 1 s w 0 2 1c " +
        "9 7 8 9 1i w 3 7 8 0 m w a j w d i w 7 4 8 2r 21 w 1j 1f w d 1f w d 14 w 8 a w 6 12 w 3 5 w 1 n w 6y 16 w 1 2 w " +
        "3 2 w g 3 w 1j x w a 1 w 8 x w v m w 16 l w r n w 9 1 w 0 1 1c 0 1i w 0 f 1c 0 7 8 o g w 9 3 1c 0 1d w 0 4 1c 0 " +
        "2 w 0 2 1c 0 2 8 0 1 1 0 4 8 0 1 w d p w 7 a w 6 3 1c 0 10 w 0 5 1c 0 1 w 0 8 1c 1 a w 0 4 8 0 4 w 8 z w 0 1 1c " +
        "0 2 8 0 1 w 9 2 1c 0 1g w 0 9 1c 0 6 w 0 4 8 0 1 14 0 3 1c 0 1 8 0 d w 0 1 8 0 1 w 0 3 8 w i w 1 s w 0 3 1c 0 2 " +
        "w 0 1 1c 0 1 w 0 2 1c 0 6 8 0 4 w 1q 7 w 1 1 w 1 4 w 1 f w 1 a w 0 1 8 6 1b w 0 1 1c 0 3 w 0 8 1c 5 a w 6 2 1c 0" +
        " 2 w 1 8 w 2 2 w 2 m w 1 7 w 1 2 w 1 5 w 1 1 w 0 1 1c 0 3 w 0 1 1c 0 4 w 2 2 w 2 3 w 2 1 w 6 1 w 5 7 w 2 7 1c 3 " +
        "5 1c b a w 1 1 w 2 1 w 1 12 w 1 a w 1 1 w 2 1 w 1 4 w 1 8 w d 2 w t 23 w 5 a w 4 4 w u 1f w 0 6 1c 0 1 w 0 1 1c " +
        "0 4 w 0 2 1c 0 1 w 0 2 1c 0 2 w 0 1 8 0 1 w 8 a w 4m 1e w 0 4 1c 2 4 w 0 2 1c 0 1 w 0 2 1c 0 n 8 0 4 w 0 2 1c y " +
        "1f w 0 8 1c 0 2 w 0 1 1c 0 1 w 0 2 1c 0 3 8 0 1 w b a w 12 17 w 0 1 1c 0 1 w 0 1 1c 0 2 w 0 6 1c 0 1 w 0 1 1c 0 " +
        "1 w 7 a w 6 k w s r w 2 3 1c 0 2 w 0 4 1c 0 1 w 0 5 1c 4 a w 2 3 8 1 7 w 55 1n w 2t 22 w l 8 w 2 1 w 2 8 w 1 2 w" +
        " 1 u w 1 2 w 2 9 w c a w 1y 8 w 2 1a w 2 8 w 1 2 w r 1r w 8 1 w 8 22 w 3 1 w i 21 w 5j x w f a w 6 9 w 1 19 w 1 " +
        "9 w f a w o u w 2 m w 1 e w 21 7 w 1 2 w 1 18 w 3 1 w 1 2 w 1 9 w 8 a w 6 6 w 1 2 w 1 11 w 1 2 w 1 6 w 7 a w 8m " +
        "n w 9 h w 1 15 w 3 5 w d b w 2d 1 w 27 pm w 2u 33 w 1 5 8 b 5g w 218 2p w f ts w g m w a 32z w 5 g7 w 5a1 1m w 1" +
        "c6 ft w 7 v w 1 a w 4 2 8 0 27 w 1 a w 6 u w 2 5 1c 0 1 8 a 1c w 0 7 1c 0 5 8 4 4 w 0 1 8 b a w 9 l w 5 j w c0 1" +
        "9 w 3 a w 5i 1s w 3k 23 w 4 1l w 7 4 1c 0 d w 1s 2 w 1 2 w b 2 w e 4qg w 8 ye w 15 a w 6w7 4 w 1 7 w 1 2 w 1 83 " +
        "w f 1 w t 3 w 2 1 w e 4 w 8 b0 w 1s4 2z w 5 d w 3 9 w 7 a w 3 2 1c 0 1 8 0 4 1 37w a w ee 1a w 2 n w f2 2 w 0 3 " +
        "1c 3 6 w 0 8 1 0 8 1c 2 7 1c u 4 1c 44 3 1c cb 2d w 1 1z w 1 2 w 2 1 w 2 2 w 2 4 w 1 c w 1 1 w 1 7 w 1 1t w 1 4 " +
        "w 2 8 w 1 7 w 1 s w 1 4 w 1 5 w 1 1 w 3 7 w 1 9g w 2 p w 1 p w 1 v w 1 p w 1 v w 1 p w 1 v w 1 p w 1 v w 1 p w 1" +
        " 8 w 2 1e w e8 1j 1c 4 1e 1c 8 1 1c e 1 1c 2 5 8 f 5 1c 1 f 1c uo v w 6 6 w 5x 7 w 1 h w 2 7 w 1 2 w 1 5 w 5 1q " +
        "w x 1 w 34 19 w 3 e w 2 a w 4 1 w 8x v w h 1m w d2 16 w 5y 17 w dh 7 w 1 4 w 1 2 w 1 f w 1 5h w b 7 1c 15 24 w 4" +
        " a w x2 4 w 1 r w 1 2 w 1 1 w 2 1 w 1 a w 1 4 w 1 1 w 1 1 w 6 1 w 4 1 w 1 1 w 1 1 w 1 3 w 1 2 w 1 1 w 2 1 w 1 1 " +
        "w 1 1 w 1 1 w 1 1 w 1 2 w 1 1 w 2 4 w 1 7 w 1 4 w 1 4 w 1 1 w 1 a w 1 h w 5 3 w 1 5 w 1 h w hg q w 6 q w 6 q w 2" +
        "1y a w sm wyo 10 w 37e 10 0 6 4 0 66 10 0 2 4 0 74 w 0 48y 10 0 e 4 0 5rl w f ha w 1wi f2 10 0 2 4 15s 3t7 w 5 3" +
        "8g w f975 1 1 u 2o 1 3k 6o 1c 1e6o 1eke 1 2 1eke 1"

    /** Code points that lower-casing changes: gap, what they become. */
    const val LOWER: String =
        "1t,2p ,2q ,2r ,2s ,2t ,2u ,2v ,2w ,2x ,2y ,2z ,30 ,31 ,32 ,33 ,34 ,35 ,36 ,37 ,38 ,39 ,3a ,3b ,3c ,3d ,3e 2u,68 " +
        ",69 ,6a ,6b ,6c ,6d ,6e ,6f ,6g ,6h ,6i ,6j ,6k ,6l ,6m ,6n ,6o ,6p ,6q ,6r ,6s ,6t ,6u 2,6w ,6x ,6y ,6z ,70 ,71" +
        " ,72 y,75 2,77 2,79 2,7b 2,7d 2,7f 2,7h 2,7j 2,7l 2,7n 2,7p 2,7r 2,7t 2,7v 2,7x 2,7z 2,81 2,83 2,85 2,87 2,89 2," +
        "8b 2,8d 2,8f 2,2x,lj 2,8j 2,8l 2,8n 3,8q 2,8s 2,8u 2,8w 2,8y 2,90 2,92 2,94 3,97 2,99 2,9b 2,9d 2,9f 2,9h 2,9j 2" +
        ",9l 2,9n 2,9p 2,9r 2,9t 2,9v 2,9x 2,9z 2,a1 2,a3 2,a5 2,a7 2,a9 2,ab 2,ad 2,af 2,73 ,ai 2,ak 2,am 4,gj ,ar 2,at " +
        "2,gk ,aw 2,gm ,gn ,b0 3,d9 ,gp ,gr ,b6 2,gw ,gz 2,h5 ,h4 ,bd 4,hb ,he 2,hh ,bl 2,bn 2,bp 2,hs ,bs 2,hv 3,bx 2,i0" +
        " ,c0 2,i2 ,i3 ,c4 2,c6 2,ia ,c9 4,cd 8,cm ,cm 2,cp ,cp 2,cs ,cs 2,cu 2,cw 2,cy 2,d0 2,d2 2,d4 2,d6 2,d8 3,db 2,d" +
        "d 2,df 2,dh 2,dj 2,dl 2,dn 2,dp 2,dr 3,dv ,dv 2,dx 2,b9 ,cf ,e1 2,e3 2,e5 2,e7 2,e9 2,eb 2,ed 2,ef 2,eh 2,ej 2,e" +
        "l 2,en 2,ep 2,er 2,et 2,ev 2,ex 2,ez 2,f1 2,f3 2,bi 2,f7 2,f9 2,fb 2,fd 2,ff 2,fh 2,fj 2,fl 2,fn 8,8rp ,fw 2,be " +
        ",8rq 3,g2 2,ao ,i1 ,i4 ,g7 2,g9 2,gb 2,gd 2,gf 82,oh 2,oj 4,on 9,s3 7,q4 2,q5 ,q6 ,q7 2,r0 2,r1 ,r2 2,q9 ,qa ,qb" +
        " ,qc ,qd ,qe ,qf ,qg ,qh ,qi ,qj ,qk ,ql ,qm ,qn ,qo ,qp 2,qr ,qs ,qt ,qu ,qv ,qw ,qx ,qy ,qz 10,rb 9,rd 2,rf 2," +
        "rh 2,rj 2,rl 2,rn 2,rp 2,rr 2,rt 2,rv 2,rx 2,rz 6,qg 3,s8 2,s2 ,sb 3,or ,os ,ot ,uo ,up ,uq ,ur ,us ,ut ,uu ,uv " +
        ",uw ,ux ,uy ,uz ,v0 ,v1 ,v2 ,v3 ,ts ,tt ,tu ,tv ,tw ,tx ,ty ,tz ,u0 ,u1 ,u2 ,u3 ,u4 ,u5 ,u6 ,u7 ,u8 ,u9 ,ua ,ub " +
        ",uc ,ud ,ue ,uf ,ug ,uh ,ui ,uj ,uk ,ul ,um ,un 1d,v5 2,v7 2,v9 2,vb 2,vd 2,vf 2,vh 2,vj 2,vl 2,vn 2,vp 2,vr 2,v" +
        "t 2,vv 2,vx 2,vz 2,w1 a,wb 2,wd 2,wf 2,wh 2,wj 2,wl 2,wn 2,wp 2,wr 2,wt 2,wv 2,wx 2,wz 2,x1 2,x3 2,x5 2,x7 2,x9 " +
        "2,xb 2,xd 2,xf 2,xh 2,xj 2,xl 2,xn 2,xp 2,xr 2,y7 ,xu 2,xw 2,xy 2,y0 2,y2 2,y4 2,y6 3,y9 2,yb 2,yd 2,yf 2,yh 2,y" +
        "j 2,yl 2,yn 2,yp 2,yr 2,yt 2,yv 2,yx 2,yz 2,z1 2,z3 2,z5 2,z7 2,z9 2,zb 2,zd 2,zf 2,zh 2,zj 2,zl 2,zn 2,zp 2,zr " +
        "2,zt 2,zv 2,zx 2,zz 2,101 2,103 2,105 2,107 2,109 2,10b 2,10d 2,10f 2,10h 2,10j 2,10l 2,10n 2,10p 2,10r 2,10t 2," +
        "10v 3,129 ,12a ,12b ,12c ,12d ,12e ,12f ,12g ,12h ,12i ,12j ,12k ,12l ,12m ,12n ,12o ,12p ,12q ,12r ,12s ,12t ,1" +
        "2u ,12v ,12w ,12x ,12y ,12z ,130 ,131 ,132 ,133 ,134 ,135 ,136 ,137 ,138 ,139 ,13a 28a,8w0 ,8w1 ,8w2 ,8w3 ,8w4 ," +
        "8w5 ,8w6 ,8w7 ,8w8 ,8w9 ,8wa ,8wb ,8wc ,8wd ,8we ,8wf ,8wg ,8wh ,8wi ,8wj ,8wk ,8wl ,8wm ,8wn ,8wo ,8wp ,8wq ,8w" +
        "r ,8ws ,8wt ,8wu ,8wv ,8ww ,8wx ,8wy ,8wz ,8x0 ,8x1 2,8x3 6,8x9 k3,xv4 ,xv5 ,xv6 ,xv7 ,xv8 ,xv9 ,xva ,xvb ,xvc ," +
        "xvd ,xve ,xvf ,xvg ,xvh ,xvi ,xvj ,xvk ,xvl ,xvm ,xvn ,xvo ,xvp ,xvq ,xvr ,xvs ,xvt ,xvu ,xvv ,xvw ,xvx ,xvy ,xv" +
        "z ,xw0 ,xw1 ,xw2 ,xw3 ,xw4 ,xw5 ,xw6 ,xw7 ,xw8 ,xw9 ,xwa ,xwb ,xwc ,xwd ,xwe ,xwf ,xwg ,xwh ,xwi ,xwj ,xwk ,xwl " +
        ",xwm ,xwn ,xwo ,xwp ,xwq ,xwr ,xws ,xwt ,xwu ,xwv ,xww ,xwx ,xwy ,xwz ,xx0 ,xx1 ,xx2 ,xx3 ,xx4 ,xx5 ,xx6 ,xx7 ,x" +
        "x8 ,xx9 ,xxa ,xxb ,3y0 ,3y1 ,3y2 ,3y3 ,3y4 ,3y5 1p0,5my 7,3bk ,3bl ,3bm ,3bn ,3bo ,3bp ,3bq ,3br ,3bs ,3bt ,3bu " +
        ",3bv ,3bw ,3bx ,3by ,3bz ,3c0 ,3c1 ,3c2 ,3c3 ,3c4 ,3c5 ,3c6 ,3c7 ,3c8 ,3c9 ,3ca ,3cb ,3cc ,3cd ,3ce ,3cf ,3cg ,3" +
        "ch ,3ci ,3cj ,3ck ,3cl ,3cm ,3cn ,3co ,3cp ,3cq 3,3ct ,3cu ,3cv 8x,5xd 2,5xf 2,5xh 2,5xj 2,5xl 2,5xn 2,5xp 2,5xr" +
        " 2,5xt 2,5xv 2,5xx 2,5xz 2,5y1 2,5y3 2,5y5 2,5y7 2,5y9 2,5yb 2,5yd 2,5yf 2,5yh 2,5yj 2,5yl 2,5yn 2,5yp 2,5yr 2,5" +
        "yt 2,5yv 2,5yx 2,5yz 2,5z1 2,5z3 2,5z5 2,5z7 2,5z9 2,5zb 2,5zd 2,5zf 2,5zh 2,5zj 2,5zl 2,5zn 2,5zp 2,5zr 2,5zt 2" +
        ",5zv 2,5zx 2,5zz 2,601 2,603 2,605 2,607 2,609 2,60b 2,60d 2,60f 2,60h 2,60j 2,60l 2,60n 2,60p 2,60r 2,60t 2,60v" +
        " 2,60x 2,60z 2,611 2,613 2,615 2,617 2,619 2,61b 2,61d 2,61f 2,61h a,67 2,61t 2,61v 2,61x 2,61z 2,621 2,623 2,62" +
        "5 2,627 2,629 2,62b 2,62d 2,62f 2,62h 2,62j 2,62l 2,62n 2,62p 2,62r 2,62t 2,62v 2,62x 2,62z 2,631 2,633 2,635 2," +
        "637 2,639 2,63b 2,63d 2,63f 2,63h 2,63j 2,63l 2,63n 2,63p 2,63r 2,63t 2,63v 2,63x 2,63z 2,641 2,643 2,645 2,647 " +
        "2,649 2,64b 2,64d 2,64f a,64g ,64h ,64i ,64j ,64k ,64l ,64m ,64n 9,64w ,64x ,64y ,64z ,650 ,651 b,65c ,65d ,65e " +
        ",65f ,65g ,65h ,65i ,65j 9,65s ,65t ,65u ,65v ,65w ,65x ,65y ,65z 9,668 ,669 ,66a ,66b ,66c ,66d c,66p 2,66r 2,6" +
        "6t 2,66v 9,674 ,675 ,676 ,677 ,678 ,679 ,67a ,67b p,680 ,681 ,682 ,683 ,684 ,685 ,686 ,687 9,68g ,68h ,68i ,68j " +
        ",68k ,68l ,68m ,68n 9,68w ,68x ,68y ,68z ,690 ,691 ,692 ,693 9,69c ,69d ,67k ,67l ,69f c,67m ,67n ,67o ,67p ,69v" +
        " c,6a8 ,6a9 ,67q ,67r d,6ao ,6ap ,67u ,67v ,6at c,67s ,67t ,67w ,67x ,6b7 8a,qx 4,2z ,6d 7,6ku 1a,6ls ,6lt ,6lu " +
        ",6lv ,6lw ,6lx ,6ly ,6lz ,6m0 ,6m1 ,6m2 ,6m3 ,6m4 ,6m5 ,6m6 ,6m7 k,6mc mr,79s ,79t ,79u ,79v ,79w ,79x ,79y ,79z" +
        " ,7a0 ,7a1 ,7a2 ,7a3 ,7a4 ,7a5 ,7a6 ,7a7 ,7a8 ,7a9 ,7aa ,7ab ,7ac ,7ad ,7ae ,7af ,7ag ,7ah 1f5,8q8 ,8q9 ,8qa ,8q" +
        "b ,8qc ,8qd ,8qe ,8qf ,8qg ,8qh ,8qi ,8qj ,8qk ,8ql ,8qm ,8qn ,8qo ,8qp ,8qq ,8qr ,8qs ,8qt ,8qu ,8qv ,8qw ,8qx " +
        ",8qy ,8qz ,8r0 ,8r1 ,8r2 ,8r3 ,8r4 ,8r5 ,8r6 ,8r7 ,8r8 ,8r9 ,8ra ,8rb ,8rc ,8rd ,8re ,8rf ,8rg ,8rh ,8ri ,8rj 1d" +
        ",8rl 2,h7 ,5tp ,hp 3,8rs 2,8ru 2,8rw 2,gh ,hd ,gg ,gi 2,8s3 3,8s6 9,fz ,g0 ,8sh 2,8sj 2,8sl 2,8sn 2,8sp 2,8sr 2," +
        "8st 2,8sv 2,8sx 2,8sz 2,8t1 2,8t3 2,8t5 2,8t7 2,8t9 2,8tb 2,8td 2,8tf 2,8th 2,8tj 2,8tl 2,8tn 2,8tp 2,8tr 2,8tt " +
        "2,8tv 2,8tx 2,8tz 2,8u1 2,8u3 2,8u5 2,8u7 2,8u9 2,8ub 2,8ud 2,8uf 2,8uh 2,8uj 2,8ul 2,8un 2,8up 2,8ur 2,8ut 2,8u" +
        "v 2,8ux 2,8uz 2,8v1 2,8v3 2,8v5 2,8v7 9,8vg 2,8vi 5,8vn nym,wu9 2,wub 2,wud 2,wuf 2,wuh 2,wuj 2,wul 2,wun 2,wup " +
        "2,wur 2,wut 2,wuv 2,wux 2,wuz 2,wv1 2,wv3 2,wv5 2,wv7 2,wv9 2,wvb 2,wvd 2,wvf 2,wvh k,ww1 2,ww3 2,ww5 2,ww7 2,ww" +
        "9 2,wwb 2,wwd 2,wwf 2,wwh 2,wwj 2,wwl 2,wwn 2,wwp 2,wwr 3s,x0j 2,x0l 2,x0n 2,x0p 2,x0r 2,x0t 2,x0v 4,x0z 2,x11 2" +
        ",x13 2,x15 2,x17 2,x19 2,x1b 2,x1d 2,x1f 2,x1h 2,x1j 2,x1l 2,x1n 2,x1p 2,x1r 2,x1t 2,x1v 2,x1x 2,x1z 2,x21 2,x23" +
        " 2,x25 2,x27 2,x29 2,x2b 2,x2d 2,x2f 2,x2h 2,x2j 2,x2l 2,x2n b,x2y 2,x30 2,5tl ,x33 2,x35 2,x37 2,x39 2,x3b 5,x3" +
        "g 2,h1 3,x3l 2,x3n 4,x3r 2,x3t 2,x3v 2,x3x 2,x3z 2,x41 2,x43 2,x45 2,x47 2,x49 2,h2 ,gs ,gx ,h8 ,h6 2,im ,hz ,il" +
        " ,xub ,x4l 2,x4n 2,x4p 2,x4r 2,x4t 2,x4v 2,x4x 2,x4z 2,x3o ,hu ,5u6 ,x54 2,x56 2,h0 ,x59 2,x5b 2,x5d 2,x5f 2,x5h" +
        " 2,x5j 2,x5l 2,x5n 2,bf p,x6e h7w,1ef5 ,1ef6 ,1ef7 ,1ef8 ,1ef9 ,1efa ,1efb ,1efc ,1efd ,1efe ,1eff ,1efg ,1efh ," +
        "1efi ,1efj ,1efk ,1efl ,1efm ,1efn ,1efo ,1efp ,1efq ,1efr ,1efs ,1eft ,1efu xy,1fe0 ,1fe1 ,1fe2 ,1fe3 ,1fe4 ,1f" +
        "e5 ,1fe6 ,1fe7 ,1fe8 ,1fe9 ,1fea ,1feb ,1fec ,1fed ,1fee ,1fef ,1feg ,1feh ,1fei ,1fej ,1fek ,1fel ,1fem ,1fen ," +
        "1feo ,1fep ,1feq ,1fer ,1fes ,1fet ,1feu ,1fev ,1few ,1fex ,1fey ,1fez ,1ff0 ,1ff1 ,1ff2 ,1ff3 3t,1fiw ,1fix ,1f" +
        "iy ,1fiz ,1fj0 ,1fj1 ,1fj2 ,1fj3 ,1fj4 ,1fj5 ,1fj6 ,1fj7 ,1fj8 ,1fj9 ,1fja ,1fjb ,1fjc ,1fjd ,1fje ,1fjf ,1fjg ," +
        "1fjh ,1fji ,1fjj ,1fjk ,1fjl ,1fjm ,1fjn ,1fjo ,1fjp ,1fjq ,1fjr ,1fjs ,1fjt ,1fju ,1fjv 4d,1fo7 ,1fo8 ,1fo9 ,1f" +
        "oa ,1fob ,1foc ,1fod ,1foe ,1fof ,1fog ,1foh 2,1foj ,1fok ,1fol ,1fom ,1fon ,1foo ,1fop ,1foq ,1for ,1fos ,1fot " +
        ",1fou ,1fov ,1fow ,1fox 2,1foz ,1fp0 ,1fp1 ,1fp2 ,1fp3 ,1fp4 ,1fp5 2,1fp7 ,1fp8 1d7,1h34 ,1h35 ,1h36 ,1h37 ,1h38" +
        " ,1h39 ,1h3a ,1h3b ,1h3c ,1h3d ,1h3e ,1h3f ,1h3g ,1h3h ,1h3i ,1h3j ,1h3k ,1h3l ,1h3m ,1h3n ,1h3o ,1h3p ,1h3q ,1h" +
        "3r ,1h3s ,1h3t ,1h3u ,1h3v ,1h3w ,1h3x ,1h3y ,1h3z ,1h40 ,1h41 ,1h42 ,1h43 ,1h44 ,1h45 ,1h46 ,1h47 ,1h48 ,1h49 ," +
        "1h4a ,1h4b ,1h4c ,1h4d ,1h4e ,1h4f ,1h4g ,1h4h ,1h4i 4e,1h80 ,1h81 ,1h82 ,1h83 ,1h84 ,1h85 ,1h86 ,1h87 ,1h88 ,1h" +
        "89 ,1h8a ,1h8b ,1h8c ,1h8d ,1h8e ,1h8f ,1h8g ,1h8h ,1h8i ,1h8j ,1h8k ,1h8l 27v,1jgg ,1jgh ,1jgi ,1jgj ,1jgk ,1jg" +
        "l ,1jgm ,1jgn ,1jgo ,1jgp ,1jgq ,1jgr ,1jgs ,1jgt ,1jgu ,1jgv ,1jgw ,1jgx ,1jgy ,1jgz ,1jh0 ,1jh1 ,1jh2 ,1jh3 ,1" +
        "jh4 ,1jh5 ,1jh6 ,1jh7 ,1jh8 ,1jh9 ,1jha ,1jhb gw1,20dc ,20dd ,20de ,20df ,20dg ,20dh ,20di ,20dj ,20dk ,20dl ,20" +
        "dm ,20dn ,20do ,20dp ,20dq ,20dr ,20ds ,20dt ,20du ,20dv ,20dw ,20dx ,20dy ,20dz ,20e0 ,20e1 ,20e2 ,20e3 ,20e4 ," +
        "20e5 ,20e6 ,20e7 1t,20fv ,20fw ,20fx ,20fy ,20fz ,20g0 ,20g1 ,20g2 ,20g3 ,20g4 ,20g5 ,20g6 ,20g7 ,20g8 ,20g9 ,20" +
        "ga ,20gb ,20gc ,20gd ,20ge ,20gf ,20gg ,20gh ,20gi ,20gj o5k,2oma ,2omb ,2omc ,2omd ,2ome ,2omf ,2omg ,2omh ,2om" +
        "i ,2omj ,2omk ,2oml ,2omm ,2omn ,2omo ,2omp ,2omq ,2omr ,2oms ,2omt ,2omu ,2omv ,2omw ,2omx ,2omy ,2omz ,2on0 ,2" +
        "on1 ,2on2 ,2on3 ,2on4 ,2on5 ,2on6 ,2on7"

    /** Canonical decompositions, without Hangul: gap, what they become. */
    const val NFD: String =
        "5c,1t,lc ,1t,ld ,1t,le ,1t,lf ,1t,lk ,1t,lm 2,1v,mf ,1x,lc ,1x,ld ,1x,le ,1x,lk ,21,lc ,21,ld ,21,le ,21,lk 2,26" +
        ",lf ,27,lc ,27,ld ,27,le ,27,lf ,27,lk 3,2d,lc ,2d,ld ,2d,le ,2d,lk ,2h,ld 3,2p,lc ,2p,ld ,2p,le ,2p,lf ,2p,lk ," +
        "2p,lm 2,2r,mf ,2t,lc ,2t,ld ,2t,le ,2t,lk ,2x,lc ,2x,ld ,2x,le ,2x,lk 2,32,lf ,33,lc ,33,ld ,33,le ,33,lf ,33,lk" +
        " 3,39,lc ,39,ld ,39,le ,39,lk ,3d,ld 2,3d,lk ,1t,lg ,2p,lg ,1t,li ,2p,li ,1t,mg ,2p,mg ,1v,ld ,2r,ld ,1v,le ,2r," +
        "le ,1v,lj ,2r,lj ,1v,lo ,2r,lo ,1w,lo ,2s,lo 3,1x,lg ,2t,lg ,1x,li ,2t,li ,1x,lj ,2t,lj ,1x,mg ,2t,mg ,1x,lo ,2t" +
        ",lo ,1z,le ,2v,le ,1z,li ,2v,li ,1z,lj ,2v,lj ,1z,mf ,2v,mf ,20,le ,2w,le 3,21,lf ,2x,lf ,21,lg ,2x,lg ,21,li ,2" +
        "x,li ,21,mg ,2x,mg ,21,lj 4,22,le ,2y,le ,23,mf ,2z,mf 2,24,ld ,30,ld ,24,mf ,30,mf ,24,lo ,30,lo 5,26,ld ,32,ld" +
        " ,26,mf ,32,mf ,26,lo ,32,lo 4,27,lg ,33,lg ,27,li ,33,li ,27,ln ,33,ln 3,2a,ld ,36,ld ,2a,mf ,36,mf ,2a,lo ,36," +
        "lo ,2b,ld ,37,ld ,2b,le ,37,le ,2b,mf ,37,mf ,2b,lo ,37,lo ,2c,mf ,38,mf ,2c,lo ,38,lo 3,2d,lf ,39,lf ,2d,lg ,39" +
        ",lg ,2d,li ,39,li ,2d,lm ,39,lm ,2d,ln ,39,ln ,2d,mg ,39,mg ,2f,le ,3b,le ,2h,le ,3d,le ,2h,lk ,2i,ld ,3e,ld ,2i" +
        ",lj ,3e,lj ,2i,lo ,3e,lo y,27,m3 ,33,m3 e,2d,m3 ,39,m3 t,1t,lo ,2p,lo ,21,lo ,2x,lo ,27,lo ,33,lo ,2d,lo ,39,lo " +
        ",2d,lk,lg ,39,lk,lg ,2d,lk,ld ,39,lk,ld ,2d,lk,lo ,39,lk,lo ,2d,lk,lc ,39,lk,lc 2,1t,lk,lg ,2p,lk,lg ,1t,lj,lg ," +
        "2p,lj,lg ,5i,lg ,6e,lg 3,1z,lo ,2v,lo ,23,lo ,2z,lo ,27,mg ,33,mg ,27,mg,lg ,33,mg,lg ,c7,lo ,ia,lo ,2y,lo 4,1z," +
        "ld ,2v,ld 3,26,lc ,32,lc ,1t,lm,ld ,2p,lm,ld ,5i,ld ,6e,ld ,60,ld ,6w,ld ,1t,lr ,2p,lr ,1t,lt ,2p,lt ,1x,lr ,2t," +
        "lr ,1x,lt ,2t,lt ,21,lr ,2x,lr ,21,lt ,2x,lt ,27,lr ,33,lr ,27,lt ,33,lt ,2a,lr ,36,lr ,2a,lt ,36,lt ,2d,lr ,39," +
        "lr ,2d,lt ,39,lt ,2b,me ,37,me ,2c,me ,38,me 3,20,lo ,2w,lo 7,1t,lj ,2p,lj ,1x,mf ,2t,mf ,27,lk,lg ,33,lk,lg ,27" +
        ",lf,lg ,33,lf,lg ,27,lj ,33,lj ,27,lj,lg ,33,lj,lg ,2h,lg ,3d,lg 7h,lc ,ld 2,lv ,lk,ld 1c,jd a,1n 7,4o,ld ,pd,ld" +
        " ,53 ,ph,ld ,pj,ld ,pl,ld 2,pr,ld 2,px,ld ,q1,ld ,qh,lk,ld q,pl,lk ,px,lk ,q9,ld ,qd,ld ,qf,ld ,qh,ld ,qt,lk,ld " +
        "q,qh,lk ,qt,lk ,qn,ld ,qt,ld ,qx,ld 5,r6,ld ,r6,lk 18,t1,lc ,t1,lk 2,sz,ld 4,sm,lk 5,t6,ld ,t4,lc ,tf,li b,t4,li" +
        " w,u0,li n,tx,lc ,tx,lk 2,tv,ld 4,uu,lk 5,u2,ld ,u0,lc ,ub,li o,vo,lr ,vp,lr 22,t2,li ,ty,li e,sw,li ,ts,li ,sw," +
        "lk ,ts,lk 3,t1,li ,tx,li 3,yg,lk ,yh,lk ,t2,lk ,ty,lk ,t3,lk ,tz,lk 3,t4,lg ,u0,lg ,t4,lk ,u0,lk ,ta,lk ,u6,lk 3" +
        ",yw,lk ,yx,lk ,tp,lk ,ul,lk ,tf,lg ,ub,lg ,tf,lk ,ub,lk ,tf,ln ,ub,ln ,tj,lk ,uf,lk 3,tn,lk ,uj,lk 89,17r,18z ,1" +
        "7r,190 ,18o,190 ,17r,191 ,18q,190 4a,1cl,190 2,1c1,190 h,1ci,190 gm,1t4,1to 8,1tc,1to 3,1tf,1to 10,1sl,1to ,1sm," +
        "1to ,1sn,1to ,1ss,1to ,1sx,1to ,1sy,1to ,1t7,1to ,1tb,1to 30,1xj,1xa ,1xj,1xz g,1wh,1x8 ,1wi,1x8 2,1wv,1x8 2c,20" +
        "i,20s 3,20o,20s z,1zq,20s ,1zr,20s ,1zw,20s 3,20b,20s 6i,287,28m 3,287,27y ,287,28n g,275,27w ,276,27w 1j,2aa,2c" +
        "7 1i,2bq,2bi ,2br,2bi ,2bq,2c7 3g,2fa,2fq 3c,2in,2j9 7,2iu,2j9 ,2iu,2ja 2,2iu,2iq ,2iu,2iq,2j9 3j,2me,2m6 ,2mf,2" +
        "m6 ,2me,2mv 3y,2qh,2q2 2,2qh,2q7 ,2qh,2q7,2q2 ,2qh,2qn 9x,30i,33r a,30s,33r 5,30x,33r 5,312,33r 5,317,33r d,30g," +
        "33p a,31t,31u 2,31t,31w ,33m,328 2,33n,328 9,31t,328 i,32q,33r a,330,33r 5,335,33r 5,33a,33r 5,33f,33r d,32o,33p" +
        " 31,36t,372 25c,5c5,5dh 2,5c7,5dh 2,5c9,5dh 2,5cb,5dh 2,5cd,5dh 4,5ch,5dh 15,5dm,5dh 2,5do,5dh 3,5dq,5dh ,5dr,5d" +
        "h 2,5du,5dh jh,1t,md ,2p,md ,1u,lj ,2q,lj ,1u,mb ,2q,mb ,1u,mp ,2q,mp ,1v,mf,ld ,2r,mf,ld ,1w,lj ,2s,lj ,1w,mb ," +
        "2s,mb ,1w,mp ,2s,mp ,1w,mf ,2s,mf ,1w,ml ,2s,ml ,1x,lg,lc ,2t,lg,lc ,1x,lg,ld ,2t,lg,ld ,1x,ml ,2t,ml ,1x,mo ,2t" +
        ",mo ,1x,mf,li ,2t,mf,li ,1y,lj ,2u,lj ,1z,lg ,2v,lg ,20,lj ,2w,lj ,20,mb ,2w,mb ,20,lk ,2w,lk ,20,mf ,2w,mf ,20," +
        "mm ,2w,mm ,21,mo ,2x,mo ,21,lk,ld ,2x,lk,ld ,23,ld ,2z,ld ,23,mb ,2z,mb ,23,mp ,2z,mp ,24,mb ,30,mb ,24,mb,lg ,3" +
        "0,mb,lg ,24,mp ,30,mp ,24,ml ,30,ml ,25,ld ,31,ld ,25,lj ,31,lj ,25,mb ,31,mb ,26,lj ,32,lj ,26,mb ,32,mb ,26,mp" +
        " ,32,mp ,26,ml ,32,ml ,27,lf,ld ,33,lf,ld ,27,lf,lk ,33,lf,lk ,27,lg,lc ,33,lg,lc ,27,lg,ld ,33,lg,ld ,28,ld ,34" +
        ",ld ,28,lj ,34,lj ,2a,lj ,36,lj ,2a,mb ,36,mb ,2a,mb,lg ,36,mb,lg ,2a,mp ,36,mp ,2b,lj ,37,lj ,2b,mb ,37,mb ,2b," +
        "ld,lj ,37,ld,lj ,2b,lo,lj ,37,lo,lj ,2b,mb,lj ,37,mb,lj ,2c,lj ,38,lj ,2c,mb ,38,mb ,2c,mp ,38,mp ,2c,ml ,38,ml " +
        ",2d,mc ,39,mc ,2d,mo ,39,mo ,2d,ml ,39,ml ,2d,lf,ld ,39,lf,ld ,2d,lg,lk ,39,lg,lk ,2e,lf ,3a,lf ,2e,mb ,3a,mb ,2" +
        "f,lc ,3b,lc ,2f,ld ,3b,ld ,2f,lk ,3b,lk ,2f,lj ,3b,lj ,2f,mb ,3b,mb ,2g,lj ,3c,lj ,2g,lk ,3c,lk ,2h,lj ,3d,lj ,2" +
        "i,le ,3e,le ,2i,mb ,3e,mb ,2i,mp ,3e,mp ,2w,mp ,38,lk ,3b,lm ,3d,lm 2,an,lj 5,1t,mb ,2p,mb ,1t,ll ,2p,ll ,1t,le," +
        "ld ,2p,le,ld ,1t,le,lc ,2p,le,lc ,1t,le,ll ,2p,le,ll ,1t,le,lf ,2p,le,lf ,1t,mb,le ,2p,mb,le ,1t,li,ld ,2p,li,ld" +
        " ,1t,li,lc ,2p,li,lc ,1t,li,ll ,2p,li,ll ,1t,li,lf ,2p,li,lf ,1t,mb,li ,2p,mb,li ,1x,mb ,2t,mb ,1x,ll ,2t,ll ,1x" +
        ",lf ,2t,lf ,1x,le,ld ,2t,le,ld ,1x,le,lc ,2t,le,lc ,1x,le,ll ,2t,le,ll ,1x,le,lf ,2t,le,lf ,1x,mb,le ,2t,mb,le ," +
        "21,ll ,2x,ll ,21,mb ,2x,mb ,27,mb ,33,mb ,27,ll ,33,ll ,27,le,ld ,33,le,ld ,27,le,lc ,33,le,lc ,27,le,ll ,33,le," +
        "ll ,27,le,lf ,33,le,lf ,27,mb,le ,33,mb,le ,27,m3,ld ,33,m3,ld ,27,m3,lc ,33,m3,lc ,27,m3,ll ,33,m3,ll ,27,m3,lf" +
        " ,33,m3,lf ,27,m3,mb ,33,m3,mb ,2d,mb ,39,mb ,2d,ll ,39,ll ,2d,m3,ld ,39,m3,ld ,2d,m3,lc ,39,m3,lc ,2d,m3,ll ,39" +
        ",m3,ll ,2d,m3,lf ,39,m3,lf ,2d,m3,mb ,39,m3,mb ,2h,lc ,3d,lc ,2h,mb ,3d,mb ,2h,ll ,3d,ll ,2h,lf ,3d,lf 7,q9,lv ," +
        "q9,lw ,q9,lv,lc ,q9,lw,lc ,q9,lv,ld ,q9,lw,ld ,q9,lv,n6 ,q9,lw,n6 ,pd,lv ,pd,lw ,pd,lv,lc ,pd,lw,lc ,pd,lv,ld ,p" +
        "d,lw,ld ,pd,lv,n6 ,pd,lw,n6 ,qd,lv ,qd,lw ,qd,lv,lc ,qd,lw,lc ,qd,lv,ld ,qd,lw,ld 3,ph,lv ,ph,lw ,ph,lv,lc ,ph,l" +
        "w,lc ,ph,lv,ld ,ph,lw,ld 3,qf,lv ,qf,lw ,qf,lv,lc ,qf,lw,lc ,qf,lv,ld ,qf,lw,ld ,qf,lv,n6 ,qf,lw,n6 ,pj,lv ,pj,l" +
        "w ,pj,lv,lc ,pj,lw,lc ,pj,lv,ld ,pj,lw,ld ,pj,lv,n6 ,pj,lw,n6 ,qh,lv ,qh,lw ,qh,lv,lc ,qh,lw,lc ,qh,lv,ld ,qh,lw" +
        ",ld ,qh,lv,n6 ,qh,lw,n6 ,pl,lv ,pl,lw ,pl,lv,lc ,pl,lw,lc ,pl,lv,ld ,pl,lw,ld ,pl,lv,n6 ,pl,lw,n6 ,qn,lv ,qn,lw " +
        ",qn,lv,lc ,qn,lw,lc ,qn,lv,ld ,qn,lw,ld 3,pr,lv ,pr,lw ,pr,lv,lc ,pr,lw,lc ,pr,lv,ld ,pr,lw,ld 3,qt,lv ,qt,lw ,q" +
        "t,lv,lc ,qt,lw,lc ,qt,lv,ld ,qt,lw,ld ,qt,lv,n6 ,qt,lw,n6 2,px,lw 2,px,lw,lc 2,px,lw,ld 2,px,lw,n6 ,qx,lv ,qx,lw" +
        " ,qx,lv,lc ,qx,lw,lc ,qx,lv,ld ,qx,lw,ld ,qx,lv,n6 ,qx,lw,n6 ,q1,lv ,q1,lw ,q1,lv,lc ,q1,lw,lc ,q1,lv,ld ,q1,lw," +
        "ld ,q1,lv,n6 ,q1,lw,n6 ,q9,lc ,q9,ld ,qd,lc ,qd,ld ,qf,lc ,qf,ld ,qh,lc ,qh,ld ,qn,lc ,qn,ld ,qt,lc ,qt,ld ,qx,l" +
        "c ,qx,ld 3,q9,lv,n9 ,q9,lw,n9 ,q9,lv,lc,n9 ,q9,lw,lc,n9 ,q9,lv,ld,n9 ,q9,lw,ld,n9 ,q9,lv,n6,n9 ,q9,lw,n6,n9 ,pd," +
        "lv,n9 ,pd,lw,n9 ,pd,lv,lc,n9 ,pd,lw,lc,n9 ,pd,lv,ld,n9 ,pd,lw,ld,n9 ,pd,lv,n6,n9 ,pd,lw,n6,n9 ,qf,lv,n9 ,qf,lw,n" +
        "9 ,qf,lv,lc,n9 ,qf,lw,lc,n9 ,qf,lv,ld,n9 ,qf,lw,ld,n9 ,qf,lv,n6,n9 ,qf,lw,n6,n9 ,pj,lv,n9 ,pj,lw,n9 ,pj,lv,lc,n9" +
        " ,pj,lw,lc,n9 ,pj,lv,ld,n9 ,pj,lw,ld,n9 ,pj,lv,n6,n9 ,pj,lw,n6,n9 ,qx,lv,n9 ,qx,lw,n9 ,qx,lv,lc,n9 ,qx,lw,lc,n9 " +
        ",qx,lv,ld,n9 ,qx,lw,ld,n9 ,qx,lv,n6,n9 ,qx,lw,n6,n9 ,q1,lv,n9 ,q1,lw,n9 ,q1,lv,lc,n9 ,q1,lw,lc,n9 ,q1,lv,ld,n9 ," +
        "q1,lw,ld,n9 ,q1,lv,n6,n9 ,q1,lw,n6,n9 ,q9,li ,q9,lg ,q9,lc,n9 ,q9,n9 ,q9,ld,n9 2,q9,n6 ,q9,n6,n9 ,pd,li ,pd,lg ," +
        "pd,lc ,pd,ld ,pd,n9 2,qh 3,4o,n6 ,qf,lc,n9 ,qf,n9 ,qf,ld,n9 2,qf,n6 ,qf,n6,n9 ,ph,lc ,ph,ld ,pj,lc ,pj,ld ,pj,n9" +
        " ,69r,lc ,69r,ld ,69r,n6 ,qh,li ,qh,lg ,qh,lk,lc ,qh,lk,ld 3,qh,n6 ,qh,lk,n6 ,pl,li ,pl,lg ,pl,lc ,pl,ld 2,6bi,l" +
        "c ,6bi,ld ,6bi,n6 ,qt,li ,qt,lg ,qt,lk,lc ,qt,lk,ld ,qp,lv ,qp,lw ,qt,n6 ,qt,lk,n6 ,px,li ,px,lg ,px,lc ,px,ld ," +
        "pt,lw ,4o,lc ,4o,ld ,2o 3,qx,lc,n9 ,qx,n9 ,qx,ld,n9 2,qx,n6 ,qx,n6,n9 ,pr,lc ,pr,ld ,q1,lc ,q1,ld ,q1,n9 ,50 3,6" +
        "bm ,6bn 85,q1 4,23 ,1t,lm 33,6mo,mw ,6mq,mw j,6ms,mw v,6og,mw ,6ok,mw ,6oi,mw 1h,6pv,mw 5,6q0,mw 3,6q3,mw o,6qr," +
        "mw 2,6qt,mw r,6rg,mw 3,6rn,mw 3,6rp,mw 2,6rs,mw n,1p,mw 2,6sh,mw b,6rx,mw ,1o,mw ,1q,mw ,6sk,mw ,6sl,mw 3,6sy,mw" +
        " ,6sz,mw 3,6t2,mw ,6t3,mw 7,6t6,mw ,6t7,mw 3,6te,mw ,6tf,mw 3,6ti,mw ,6tj,mw z,6ua,mw ,6ug,mw ,6uh,mw ,6uj,mw 1d" +
        ",6t8,mw ,6t9,mw ,6tt,mw ,6tu,mw 7,6uq,mw ,6ur,mw ,6us,mw ,6ut,mw 1o,9hk ,9hl 1iq,8gt,mw 12o,9jf,9ll 2,9jh,9ll 2," +
        "9jj,9ll 2,9jl,9ll 2,9jn,9ll 2,9jp,9ll 2,9jr,9ll 2,9jt,9ll 2,9jv,9ll 2,9jx,9ll 2,9jz,9ll 2,9k1,9ll 3,9k4,9ll 2,9k" +
        "6,9ll 2,9k8,9ll 7,9kf,9ll ,9kf,9lm 2,9ki,9ll ,9ki,9lm 2,9kl,9ll ,9kl,9lm 2,9ko,9ll ,9ko,9lm 2,9kr,9ll ,9kr,9lm n" +
        ",9ja,9ll a,9lp,9ll e,9m3,9ll 2,9m5,9ll 2,9m7,9ll 2,9m9,9ll 2,9mb,9ll 2,9md,9ll 2,9mf,9ll 2,9mh,9ll 2,9mj,9ll 2,9" +
        "ml,9ll 2,9mn,9ll 2,9mp,9ll 3,9ms,9ll 2,9mu,9ll 2,9mw,9ll 7,9n3,9ll ,9n3,9lm 2,9n6,9ll ,9n6,9lm 2,9n9,9ll ,9n9,9l" +
        "m 2,9nc,9ll ,9nc,9lm 2,9nf,9ll ,9nf,9lm n,9ly,9ll 3,9nz,9ll ,9o0,9ll ,9o1,9ll ,9o2,9ll 4,9od,9ll 13ia,rpk ,kc4 ," +
        "s7e ,rt4 ,lw1 ,fg2 ,gkl ,vj0 ,vj0 ,hn5 ,ssx ,gw7 ,hmw ,jcm ,ne1 ,p6t ,qin ,qt6 ,r20 ,sjz ,kxu ,ljv ,mah ,mvy ,q4" +
        "d ,sq2 ,uep ,fia ,ghh ,l50 ,mjf ,qi5 ,v8e ,ifk ,m3v ,qfh ,r50 ,jih ,pnc ,qvz ,iq2 ,kd3 ,lm2 ,mpo ,slq ,fpi ,g53 " +
        ",gda ,jwk ,l3n ,mj4 ,nhj ,pa9 ,qh2 ,qjg ,s1b ,tv6 ,upb ,v7e ,nt8 ,nzz ,otc ,q15 ,t1g ,vb3 ,rfa ,hjz ,iro ,okg ,p" +
        "dq ,mle ,nuy ,rsy ,ttj ,hjs ,i8y ,kyb ,lp6 ,lxr ,oq7 ,oxj ,tor ,gcy ,pe3 ,g64 ,g5o ,o4c ,ou6 ,q29 ,tpx ,rk0 ,jin" +
        " ,kxu ,rge ,fg9 ,i5j ,iz6 ,mtj ,n74 ,gev ,nwb ,fr3 ,iw9 ,ff1 ,lho ,k1k ,opu ,gjn ,hge ,ni9 ,q4p ,re2 ,la2 ,sds ," +
        "lfs ,jjy ,put ,jog ,n6t ,fji ,g2x ,g5l ,kn5 ,oo7 ,prj ,rf6 ,ssv ,gdx ,gn6 ,ho3 ,ir0 ,k3p ,m4e ,nxm ,tkd ,ui2 ,vb" +
        "r ,vda ,gbf ,kau ,l87 ,sbm ,ino ,j9s ,jcw ,jve ,lyb ,mdl ,n0p ,o22 ,ovo ,pdb ,s9y ,q9a ,sgz ,t3e ,g7r ,gbn ,gql " +
        ",ma0 ,r0i ,re2 ,iq1 ,iyd ,jnf ,l9q ,oji ,mt1 ,fl0 ,h6h ,i5j ,iii ,izg ,muq ,mzt ,p7e ,pc6 ,svo ,tti ,tvs ,u1k ,f" +
        "pn ,o1a ,ss4 ,trs ,j4x ,fie ,fyy ,i5q ,i7z ,k2h ,kxu ,mha ,ncy ,q9o ,sjg ,vil ,k94 ,tny ,gax ,kfv ,kj7 ,lkx ,luk" +
        " ,mx5 ,n6h ,nsb ,opc ,u3i ,g31 ,je6 ,tq0 ,fu3 ,ie1 ,lpm ,sa2 ,ivf ,j7o ,kk7 ,mtj ,tqe ,g89 ,glr ,i91 ,k5v ,kem ," +
        "ko8 ,lid ,mx2 ,naa ,p6h ,r0v ,r1d ,sss ,tsy ,gfz ,lve ,gm5 ,mhc ,n14 ,qgq ,tr7 ,uvr ,vbz ,kgn ,lor ,pns ,o97 ,ob" +
        "k ,olu ,mo0 ,m8p ,riw ,fk0 ,px2 ,g8q ,g7b ,ip2 ,jir ,onq ,i2t ,ljy ,kac ,saj ,qx8 ,tot ,r63 ,iqb ,g1s ,gxs 3,hga" +
        " 2,k8k 3,g66 ,mqy ,ngq ,ny4 ,nz2 ,nz9 ,o0f ,tw6 ,on2 ,p8d 2,qhe 2,rg8 3,shk ,sn1 4,u7j ,u7w ,u94 ,v5g ,sm6 ,trr " +
        ",fqm ,fzb ,g25 ,gcp ,gdg ,ggh ,gwt ,gzq ,h2g ,hfk ,hig ,i90 ,i9a ,j2s ,j8o ,j9q ,jci ,k0f ,k4i ,k9d ,kn9 ,lmf ,l" +
        "qy ,lya ,mem ,mjv ,mxu ,ntd ,ny6 ,nyh ,nyg ,nyo ,nyu ,nz1 ,o0d ,o0e ,o5c ,o75 ,og0 ,ovo ,ow9 ,oxt ,p6a ,pad ,pnx" +
        " ,prt ,prt ,q53 ,r2o ,r6e ,rgh ,ri1 ,rtf ,ruw ,sdy ,shk ,tsz ,u0v ,u2j ,j1x ,36cu ,pp4 3,ffq ,g51 ,g2w ,fpc ,g1x" +
        " ,g3k ,gcn ,ge2 ,gwt ,gut ,gwp ,gyq ,hga ,hir ,hms ,hn8 ,huq ,i08 ,iqa ,iqh ,iuh ,iwd ,j4o ,j7y ,j60 ,j9q ,j8g ," +
        "jci ,jec ,jpg ,jrw ,jte ,k0m ,k8k ,kd3 ,kd7 ,keu ,l89 ,la2 ,lkx ,lwb ,lvv ,lya ,m5a ,mem ,nmv ,mk5 ,mnj ,mqy ,n0" +
        "1 ,n46 ,n5n ,nbx ,nbz ,ngq ,nh7 ,nhw ,nka ,nk0 ,nv0 ,o8h ,og0 ,ol7 ,orf ,ovo ,p4u ,pad ,pxu ,q27 ,qrd ,r41 ,r5y " +
        ",r6e ,ren ,rg8 ,rez ,rgh ,rge ,rfx ,ri1 ,rka ,ruw ,sag ,sj6 ,srd ,sxi ,tq4 ,tsz ,tw6 ,tzv ,u0v ,u17 ,u2j ,umq ,v" +
        "j0 ,313e ,3138 ,33dh ,brx ,cns ,cop ,39e1 ,3bgw ,3i6r ,vgj ,vim 1w,15l,14k 2,16a,14n b,161,14x ,161,14y ,161,14s" +
        ",14x ,161,14s,14y ,15c,14n ,15c,14o ,15c,14s ,15d,14s ,15e,14s ,15f,14s ,15g,14s ,15h,14s ,15i,14s 2,15k,14s ,15" +
        "l,14s ,15m,14s ,15n,14s ,15o,14s 2,15q,14s 2,15s,14s ,15t,14s 2,15v,14s ,15w,14s 2,15y,14s ,15z,14s ,160,14s ,16" +
        "1,14s ,162,14s ,15h,14p ,15d,14v ,15n,14v ,15w,14v 47g,1huh,1hve 2,1huj,1hve f,1hut,1hve 3n,1hyp,1hyf ,1hyq,1hyf" +
        " f0,1idj,1ida ,1idj,1idz a7,1int,1inu ,1int,1ink 2,1int,1inx 70,1iuw,1iun ,1iux,1iun 112b,2jx3,2jxh ,2jx4,2jxh ," +
        "2jx4,2jxh,2jxq ,2jx4,2jxh,2jxr ,2jx4,2jxh,2jxs ,2jx4,2jxh,2jxt ,2jx4,2jxh,2jxu 2f,2jzt,2jxh ,2jzu,2jxh ,2jzt,2jx" +
        "h,2jxq ,2jzu,2jxh,2jxq ,2jzt,2jxh,2jxr ,2jzu,2jxh,2jxr 1m4g,fgd ,fg8 ,fgh ,2tcy ,fog ,fqm ,fqz ,fsy ,fwa ,fx5 ,f" +
        "zb ,fyn ,ae6 ,2ud6 ,g25 ,g2c ,g2s ,g3b ,2u58 ,aex ,g2v ,g3x ,2u6j ,g47 ,g4k ,fkc ,g4s ,g51 ,3ly7 ,g6t ,g77 ,afz " +
        ",g8r ,g92 ,gaa ,gaf ,ahh ,gcn ,gcp ,gdg ,ge2 ,ged ,gee ,gev ,gg9 ,ggh ,ggq ,ghf ,ghp ,ghr ,ghr ,ghr ,2v58 ,m7k ," +
        "gju ,gkf ,2vdv ,gkr ,gkx ,gli ,gpq ,gmw ,gnc ,go8 ,gpu ,gs6 ,gsw ,gur ,gv7 ,gw4 ,gw4 ,gwp ,gx7 ,gxf ,gxu ,h7a ,g" +
        "zq ,h7b ,h1t ,h2s ,g7b ,hke ,hce ,hdg ,he5 ,haj ,hf6 ,hf5 ,hik ,2x9g ,hki ,hkn ,hl2 ,hlm ,hlu ,hnm ,2xm0 ,2xnu ," +
        "hrg ,hsr ,ht3 ,hqw ,huu ,aum ,av0 ,hzc ,i0u ,i0u ,2y88 ,i4j ,i54 ,i5j ,i5v ,2yhk ,i67 ,i6e ,itv ,i76 ,ayp ,i8w ," +
        "i9a ,ibk ,ia5 ,2z1g ,if7 ,2z1i ,ige ,igb ,igs ,ijl ,ijm ,b3j ,ikd ,ilk ,im5 ,ind ,b4y ,2zr7 ,b5o ,ipc ,ipf ,ipi " +
        ",iq2 ,3pg2 ,iri ,3035 ,3035 ,poh ,isi ,isi ,b7r ,335k ,3cgq ,iua ,iuj ,b8j ,ivu ,ix9 ,ixj ,iyh ,j29 ,bay ,ba4 ,j" +
        "2s ,30t0 ,j47 ,j7s ,j7w ,j7y ,j7w ,j96 ,j9q ,jaq ,jac ,jan ,jby ,jci ,jcm ,jdc ,jdn ,jfh ,jht ,jis ,jm8 ,31n0 ,j" +
        "lp ,jjw ,jmw ,jnn ,jqc ,31td ,js2 ,jph ,jop ,bhq ,ju1 ,jum ,jvh ,juf ,bjg ,k0f ,k18 ,32mi ,k4j ,kc8 ,k7d ,bo9 ,k" +
        "9d ,bns ,bms ,g42 ,g45 ,kcg ,k9o ,pf1 ,deh ,kd3 ,kd7 ,kdd ,kf2 ,ker ,33cz ,bpl ,kje ,kg5 ,klu ,kn9 ,33hp ,kni ,k" +
        "kf ,kr8 ,brx ,ksi ,kv7 ,kx6 ,l2g ,33xf ,l3v ,bvc ,l5t ,34br ,l78 ,bwu ,l82 ,l9b ,la2 ,la3 ,34p9 ,2yvf ,34sa ,le6" +
        " ,354s ,lhb ,lhp ,lev ,ljq ,lku ,lmf ,lkx ,lm1 ,lmg ,lmt ,357i ,lkk ,lrj ,lta ,c37 ,lvv ,lvr ,35jl ,lq1 ,m0e ,35" +
        "ni ,35ou ,m2u ,m61 ,m5a ,m57 ,c5y ,m6i ,m7x ,m7r ,m99 ,2u5h ,mdh ,368z ,mfw ,36i3 ,mjs ,mk5 ,mkw ,36yw ,mm8 ,mmt" +
        " ,3779 ,37dg ,mt6 ,mtn ,cdo ,mud ,ce0 ,ce0 ,myv ,mzg ,n01 ,n0l ,n2i ,cgr ,n50 ,386u ,n5q ,389e ,n74 ,2zrz ,nbk ," +
        "38v5 ,38vs ,38zo ,cn0 ,cnc ,nhw ,394j ,394i ,395l ,396b ,nj2 ,nj3 ,nj3 ,nka ,cop ,nm3 ,cp2 ,cra ,39r1 ,nri ,nt8 " +
        ",nv0 ,ctf ,3a5i ,nyu ,3a8q ,3a9x ,o0f ,o2z ,cvj ,o5c ,o5m ,o5r ,3at8 ,3b1j ,3b1j ,oa6 ,d1e ,3b8r ,og6 ,og9 ,d2f " +
        ",3beo ,onm ,d5s ,oo8 ,oo3 ,oow ,3c06 ,orn ,d8h ,ouf ,ow2 ,oxx ,d9w ,3ciw ,3cjr ,dax ,3cnt ,p6i ,3cqm ,p79 ,pa2 ," +
        "pad ,3d22 ,3d43 ,pcw ,3d7s ,pdc ,33a7 ,ded ,pf6 ,phf ,dfv ,pj2 ,hx1 ,3dlz ,3dmd ,33bn ,33bw ,poh ,pok ,sda ,dij " +
        ",psh ,psb ,pst ,gc3 ,ptd ,ptf ,ptp ,puu ,3ebg ,put ,pwd ,pyb ,q0d ,pwj ,q0t ,q1z ,q53 ,pxv ,q16 ,q18 ,q1o ,3eie " +
        ",3eqz ,3emt ,dnv ,q9d ,q9f ,qae ,3g0a ,qck ,3f3g ,dp9 ,dpd ,3f75 ,3ff6 ,dpn ,qj4 ,qjg ,qjr ,qjt ,qll ,qko ,qoe ," +
        "qn6 ,qrd ,qp4 ,qqz ,qrq ,dsn ,qu9 ,qv5 ,dtl ,qxs ,qxv ,3giv ,r13 ,r1a ,dv9 ,r22 ,aez ,3gz2 ,3h46 ,dz2 ,dzb ,rds " +
        ",rfx ,rka ,rpx ,3hrc ,rsb ,rsx ,rvf ,rxz ,3i9b ,2upw ,s0b ,rzw ,s1c ,2uvy ,s7o ,sag ,3jki ,3jl9 ,sk4 ,smp ,snl ," +
        "3ju6 ,snv ,svs ,t07 ,t08 ,sxo ,t89 ,t91 ,3ksa ,tjf ,ej9 ,tkn ,3l2v ,eli ,ts3 ,iia ,tur ,3ltx ,3lzu ,epa ,epi ,u0" +
        "0 ,3mdm ,er6 ,3mhi ,u17 ,u17 ,u21 ,3mpi ,u76 ,eur ,u95 ,ucn ,ude ,uf2 ,ez2 ,3nsg ,umq ,uv4 ,v0d ,f66 ,f71 ,v3b ," +
        "3owe ,f7c ,3oxx ,3p5a ,3p8x ,vcr ,f9y ,veh ,vem ,vet ,vf3 ,vfa ,vgb ,3pxc"

    /** Runs of marks that are sorted: gap, length, class. */
    const val CLASSES: String =
        "lc l 1e 0 1 1f 0 4 19 0 1 1f 0 1 17 0 5 19 0 2 15 0 4 19 0 2 15 0 b 19 0 5 1 0 4 19 0 3 1e 2 1 1e 2 1 1i 0 1 1e " +
        "0 3 19 0 3 1e 0 2 19 1 3 1e 0 4 19 0 1 1e 0 1 1f 0 2 19 0 1 1e 0 1 1g 0 2 1h 0 1 1g 0 2 1h 0 1 1g 0 d 1e 7n 5 1e" +
        " 7d 1 19 0 4 1e 0 1 19 0 3 1e 0 1 1a 0 1 19 0 6 1e 0 6 19 0 2 1e 0 1 19 0 2 1e 0 1 1a 0 1 1d 0 1 1e 0 1 5 0 1 6 " +
        "0 1 7 0 1 8 0 1 9 0 1 a 0 1 b 0 1 c 0 1 d 0 2 e 0 1 f 0 1 g 0 1 h 1 1 i 1 1 j 0 1 k 1 1 1e 0 1 19 1 1 d 20 8 1e " +
        "0 1 p 0 1 q 0 1 r 1c 1 m 0 1 n 0 1 o 0 1 p 0 1 q 0 1 r 0 1 s 0 1 t 0 2 1e 0 2 19 0 5 1e 0 1 19 0 2 1e 0 1 19 g 1" +
        " u 2t 7 1e 2 4 1e 0 1 19 0 1 1e 2 2 1e 1 1 19 0 2 1e 0 1 19 z 1 v u 1 1e 0 1 19 0 2 1e 0 1 19 0 2 1e 0 3 19 0 1 " +
        "1e 0 2 19 0 1 1e 0 1 19 0 3 1e 0 1 19 0 1 1e 0 1 19 0 1 1e 0 1 19 0 1 1e 0 1 19 0 2 1e 4g 7 1e 0 1 19 0 1 1e y 4" +
        " 1e 1 9 1e 1 3 1e 1 5 1e 17 3 19 3c e 1e 1 1 19 0 2 1e 0 1 19 0 2 1e 0 1 19 0 3 1e 0 3 19 0 1 m 0 1 n 0 1 o 0 3 " +
        "1e 0 1 19 0 2 1e 0 2 19 0 5 1e 1o 1 2 g 1 4 3 1 1e 0 1 19 0 2 1e 2v 1 2 g 1 4 32 1 2 g 1 4 32 1 2 g 1 4 32 1 2 g" +
        " 1 4 3j 1 4 3j 1 4 7 1 w 0 1 x 2t 1 2 g 1 4 3j 1 4 3g 1 4 31 2 y 0 1 4 d 4 z 30 2 10 e 4 11 24 2 19 r 1 19 1 1 1" +
        "9 1 1 17 1j 1 12 0 1 13 1 1 14 5 4 13 2 1 13 1 2 1e 0 1 4 1 2 1e 1q 1 19 34 1 2 1 2 4 2a 1 19 jz 3 1e qc 1 4 v 1" +
        " 4 4d 1 4 a 1 1e 5n 1 1d 3z 1 1a 0 1 1e 0 1 19 63 1 1e 0 1 19 1z 1 4 k 8 1e 2 1 19 1c 5 1e 0 6 19 0 2 1e 0 1 19 " +
        "3a 1 2 f 1 4 12 1 1e 0 1 19 0 7 1e 1i 2 4 1m 1 2 b 2 4 1v 1 2 48 3 1e 1 1 1 0 5 19 0 2 1e 0 4 19 0 1 1e 1 7 1 4 " +
        "1 19 6 1 1e 3 2 1e 5i 2 1e 0 1 19 0 7 1e 0 1 19 0 2 1e 0 1 1h 0 1 16 0 1 19 0 1 15 0 11 1e 5 1 1e 0 1 1g 0 1 19 " +
        "0 1 1e 0 1 19 k0 2 1e 0 2 1 0 4 1e 0 3 1 0 2 1e 4 1 1e 3 2 1 0 1 1e 0 1 19 0 1 1e 0 2 1 0 4 19 0 1 1e 2da 3 1e 3" +
        "x 1 4 2o w 1e fe 1 18 0 1 1d 0 1 1f 0 1 1a 0 2 1b 2x 2 3 n9w 1 1e 4 a 1e w 2 1e 28 2 1e 7o 1 4 59 1 4 r i 1e 1l " +
        "3 19 11 1 4 2n 1 2 c 1 4 6n 1 1e 1 2 1e 0 1 19 2 2 1e 5 2 1e 1 1 1e 1g 1 4 6u 1 4 fn4 1 l ld 7 1e 0 7 19 0 2 1e " +
        "r1 1 19 6a 1 19 45 5 1e 1aq 1 19 1 1 1e 14 1 1e 0 1 1 0 1 19 4 1 4 4l 1 1e 0 1 19 127 1 4 1k 1 4 1l 1 4 0 1 2 1x" +
        " 3 1e 1c 2 4 1q 1 2 24 1 4 9 1 2 2y 1 4 0 1 2 4y 1 2 0 1 4 29 1 2 g 1 4 o 7 1e 3 5 1e 5p 1 4 3 1 2 3f 1 4 0 1 2 " +
        "6z 1 4 0 1 2 3i 1 4 3a 1 4 0 1 2 37 1 4 103 1 4 fjk 5 1 1n 7 1e g2v 1 1 43q 2 17 0 3 1 3 1 1c 0 5 17 8 8 19 2 5 " +
        "1e 0 2 19 u 4 1e 44 3 1e 2pn 7 1e 1 h 1e 2 7 1e 1 2 1e 1 5 1e 1ph 7 19 31 6 1e 0 1 2"
}
