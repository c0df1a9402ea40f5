"""`netipl image combine`: kernel, initrd and command line in one file."""

from netipl.cli.image import making
from netipl.images.combined import combined


def combine(
    kernel: making.Kernel,
    output: making.Output,
    initrd: making.Initrd = None,
    append: making.Append = None,
    parmfile: making.ParameterFile = None,
) -> None:
    """Make one image of a kernel, its initrd and its command line, as mk-s390image of s390-tools does.

    The firmware takes it as a boot file, a QEMU as -kernel, and an ISO as its El Torito image. Without --append and
    --parmfile the command line that the kernel was built with stays.
    """
    parameters = making.parameters(append, parmfile)
    content, header = making.kernel_of(kernel)
    image = combined(kernel=content, header=header, initrd=making.initrd_of(initrd), append=parameters)
    making.write(image, output, inputs=[path for path in (kernel, initrd, parmfile) if path is not None])
