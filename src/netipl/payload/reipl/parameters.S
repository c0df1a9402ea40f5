# The IPL parameter block: which device the machine boots from next, with the loadparm that it has now.
#
# Sources: Linux arch/s390/include/uapi/asm/ipl.h (ipl_parameter_block, ipl_pb0_ccw) and arch/s390/include/asm/ipl.h
# (subcodes of DIAGNOSE X'308'), QEMU hw/s390x/ipl.h.

        .globl  parameters_set

        .set    SET, 5                  # subcodes
        .set    STORE, 6
        .set    OK, 1                   # a response
        .set    CCW_LENGTH, 0xc8        # of a block for a device with channel commands, header included
        .set    HEADER_LENGTH, 8
        .set    TYPE, 0x0c
        .set    TYPE_CCW, 2
        .set    FLAGS, 0x0d
        .set    LOADPARM_VALID, 0x80
        .set    LOADPARM, 0x10          # 8 bytes of EBCDIC
        .set    SUBCHANNEL_SET, 0x6d
        .set    DEVICE_NUMBER, 0x6e

        .text
# Let the machine boot from `device` next, a virtio-scsi adapter too. `response` says whether it will.
parameters_set:
        larl    %r2, stored
        lghi    %r4, STORE
        diag    %r2, %r4, 0x308
        larl    %r5, block
        mvhi    0(%r5), CCW_LENGTH
        mvhi    8(%r5), CCW_LENGTH - HEADER_LENGTH
        mvi     TYPE(%r5), TYPE_CCW
        lrl     %r1, device
        sth     %r1, DEVICE_NUMBER(%r5)
        srl     %r1, 16
        stc     %r1, SUBCHANNEL_SET(%r5)
        cgijne  %r3, OK, 1f    # the machine has no parameters yet
        tm      FLAGS(%r2), LOADPARM_VALID
        jz      1f
        mvi     FLAGS(%r5), LOADPARM_VALID
        mvc     LOADPARM(8, %r5), LOADPARM(%r2)
1:      lgr     %r2, %r5
        lghi    %r4, SET
        diag    %r2, %r4, 0x308
        strl    %r3, response
        br      %r14

        .section .cells, "aw", @nobits
        .balign 4096
stored:         .skip 4096
block:          .skip 4096
