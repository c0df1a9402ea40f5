# The command line: words between blanks, of which two are read here and the others passed over.
#
#       reipl=0.S.DDDD          the device: subchannel set (0 to 3) and device number (four hexadecimal digits)
#       reipl.wait=SECONDS      1 to 9999, before the guest goes back to the network
#
# The last of several counts. A device that is not understood is an error, since another disk must not be booted in its
# place; a wait that is not understood leaves the one before it.

        .globl  words_read, bad_word, seconds

        .text
# Read the words of the text at %r2, which a NUL ends.
words_read:
        stgrl   %r14, return_words
next_word:
        llgc    %r1, 0(%r2)
        cgije   %r1, 0, no_more
        la      %r2, 1(%r2)
        clgijnh %r1, ' ', next_word
        aghi    %r2, -1
        larl    %r5, keywords
        clc     0(6, %r2), 0(%r5)
        je      device_word
        clc     0(11, %r2), 6(%r5)
        je      wait_word
skip_word:
        llgc    %r1, 0(%r2)
        clgijnh %r1, ' ', next_word
        la      %r2, 1(%r2)
        j       skip_word
no_more:
        lgrl    %r14, return_words
        br      %r14

device_word:
        stgrl   %r2, bad_word           # until it is understood
        clc     6(2, %r2), zero_dot - keywords(%r5)
        jne     skip_word
        llgc    %r0, 8(%r2)
        aghi    %r0, -'0'
        clgijh  %r0, 3, skip_word
        cli     9(%r2), '.'
        jne     skip_word
        la      %r3, 10(%r2)
        lghi    %r4, 4
1:      llgc    %r1, 0(%r3)
        aghi    %r1, -'0'
        clgijl  %r1, 10, 2f
        oill    %r1, 0x20               # lower case
        aghi    %r1, '0' - 'a'
        clgijh  %r1, 5, skip_word
        aghi    %r1, 10
2:      sllg    %r0, %r0, 4
        ogr     %r0, %r1
        la      %r3, 1(%r3)
        brct    %r4, 1b
        llgc    %r1, 0(%r3)
        clgijh  %r1, ' ', skip_word
        strl    %r0, device
        lghi    %r1, 0
        stgrl   %r1, bad_word
        j       skip_word

wait_word:
        la      %r3, 11(%r2)
        lghi    %r0, 0
        lghi    %r4, 5                  # four digits and the end
1:      llgc    %r1, 0(%r3)
        clgijnh %r1, ' ', 2f
        aghi    %r1, -'0'
        clgijh  %r1, 9, bad_wait
        mghi    %r0, 10
        agr     %r0, %r1
        la      %r3, 1(%r3)
        brct    %r4, 1b
        j       bad_wait
2:      cgije   %r0, 0, bad_wait
        strl    %r0, seconds
        j       skip_word
bad_wait:
        stgrl   %r2, word
        larl    %r2, says_bad_wait
        brasl   %r14, say
        lgrl    %r2, word
        j       skip_word

        .section .rodata, "a"
        .balign 2
keywords:
        .ascii  "reipl=", "reipl.wait="
        .balign 2
zero_dot:
        .ascii  "0."
        .balign 2
says_bad_wait:
        .asciz  "\5 is not understood: write reipl.wait=5"

        .section .data, "aw"
        .balign 4
seconds:        .long 5                 # where nobody says otherwise
device:         .long -1                # subchannel set and device number; -1 where none is named
        .globl  device

        .section .cells, "aw", @nobits
        .balign 8
bad_word:       .skip 8                 # where the last reipl= is, if it is not understood
return_words:   .skip 8
