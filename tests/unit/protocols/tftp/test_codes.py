from netipl.protocols.tftp.codes import BLOCK_NUMBERS, BLOCK_SIZE, ErrorCode, Mode, OpCode, OptionName


def test_operations_and_errors_have_the_numbers_of_rfc_1350_and_2347() -> None:
    assert [operation.value for operation in OpCode] == [1, 2, 3, 4, 5, 6]
    assert [code.value for code in ErrorCode] == list(range(9))


def test_options_are_named_in_lower_case() -> None:
    """The firmware compares them so."""
    assert all(option.value == option.value.lower() for option in OptionName)


def test_without_options_a_block_is_512_bytes_and_numbers_are_16_bits() -> None:
    assert (BLOCK_SIZE, BLOCK_NUMBERS, list(Mode)) == (512, 65536, ["octet", "netascii"])
