"""An object's content on disk behaves like moto's temporary files."""

import io

from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.moto.s3.object_versions import FileValue

ACTS = st.lists(
    st.tuples(st.just("seek"), st.integers(0, 12))
    | st.tuples(st.just("read"), st.integers(-1, 12))
    | st.tuples(st.just("end"), st.just(0)),
    max_size=6,
)


@given(content=st.binary(max_size=10), acts=ACTS)
def test_it_reads_as_a_file_does(tmp_path_factory, content, acts):
    path = tmp_path_factory.mktemp("value") / "value"
    path.write_bytes(content)
    value, model = FileValue(path), io.BytesIO(content)
    for act, argument in acts:
        if act == "seek":
            assert value.seek(argument) == model.seek(argument)
        elif act == "end":
            assert value.seek(0, 2) == model.seek(0, 2)
        else:
            assert value.read(argument) == model.read(argument)
        assert value.tell() == model.tell()
    value.close()
