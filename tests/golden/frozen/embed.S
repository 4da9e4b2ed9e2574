# The golden frozen files, each between two symbols: the nested lane has no files.
    .section .rodata
    .macro golden name, file
    .balign 16
    .globl husk_golden_\name\()_begin, husk_golden_\name\()_end
husk_golden_\name\()_begin:
    .incbin "\file"
husk_golden_\name\()_end:
    .endm
    golden v1_image, v1-image.husk
    golden v1_image_compressed, v1-image-compressed.husk
    golden v1_cpu_soft_image, v1-cpu-soft-image-compressed.husk
    golden v1_cpu_kvm_image, v1-cpu-kvm-image-compressed.husk
    .section .note.GNU-stack, "", %progbits
