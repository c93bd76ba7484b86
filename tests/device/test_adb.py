"""Finding adb and the one phone; every way that fails is one line with what to do."""

from __future__ import annotations

import os

import pytest

from tfbert_edge.device.adb import Adb, Phone, choose_phone, find_adb, list_phones
from tfbert_edge.errors import DeviceError

A = Phone("R58M123ABCD", "device", "Pixel 7")
EMULATOR = Phone("emulator-5554", "device", "sdk gphone64 arm64")


def test_find_adb_takes_the_one_on_the_path(phone):
    assert find_adb().parent == phone.folder.parent / "bin"


@pytest.mark.parametrize("variable", ["ANDROID_HOME", "ANDROID_SDK_ROOT"])
def test_find_adb_without_one_on_the_path_takes_that_of_the_sdk(tmp_path, monkeypatch, variable):
    for name in ("ANDROID_HOME", "ANDROID_SDK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, str(tmp_path / "sdk"))
    tools = tmp_path / "sdk" / "platform-tools"
    tools.mkdir(parents=True)
    (tools / "adb").touch()

    assert find_adb() == tools / "adb"


def test_find_adb_where_there_is_none_says_how_to_get_it(tmp_path, monkeypatch):
    for name in ("ANDROID_HOME", "ANDROID_SDK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(DeviceError, match="apt install adb"):
        find_adb()


def test_list_phones_reads_every_kind_of_line(phone):
    phone.set(
        connected=[
            {
                "serial": "R58M123ABCD",
                "state": "device",
                "details": "usb:1-4 product:p model:Pixel_7 transport_id:1",
            },
            {"serial": "emulator-5554", "state": "offline", "details": "transport_id:2"},
            {"serial": "adb-1234567890ABCDEF-xyzuvw._adb-tls-connect._tcp", "state": "unauthorized"},
            {
                "serial": "(no serial number)",
                "state": "no permissions (user in plugdev group; are your udev rules wrong?)",
            },
        ]
    )

    assert list_phones(find_adb()) == [
        Phone("R58M123ABCD", "device", "Pixel 7"),
        Phone("emulator-5554", "offline"),
        Phone("adb-1234567890ABCDEF-xyzuvw._adb-tls-connect._tcp", "unauthorized"),
        Phone("(no serial number)", "no permissions"),
    ]


def test_list_phones_when_the_server_does_not_start_says_what_to_try(phone):
    phone.set(server_fails=True)

    with pytest.raises(DeviceError, match=r"cannot connect to daemon.*Try: adb kill-server"):
        list_phones(find_adb())


def test_choose_phone_takes_the_only_one_that_answers():
    assert choose_phone([Phone("x", "offline"), A]) == A


def test_choose_phone_takes_the_one_that_is_named(monkeypatch):
    monkeypatch.setenv("ANDROID_SERIAL", A.serial)

    assert choose_phone([A, EMULATOR], "emulator-5554") == EMULATOR
    assert choose_phone([A, EMULATOR]) == A


@pytest.mark.parametrize(
    ("phones", "serial", "said"),
    [
        ([], None, "no phone is connected.*USB debugging"),
        ([], "x", "no phone is connected"),
        ([A, EMULATOR], None, "2 phones are connected: R58M123ABCD .Pixel 7., emulator-5554.*--serial"),
        ([A], "x", "there is no phone 'x'; connected are R58M123ABCD .Pixel 7.: device"),
        ([Phone("x", "unauthorized")], None, "x is not ready .unauthorized.: unlock it and answer"),
        ([Phone("x", "offline"), A], "x", "x is not ready .offline.: plug it in again"),
        ([Phone("x", "no permissions")], None, "android-sdk-platform-tools-common"),
        ([Phone("x", "recovery")], None, "x is not ready .recovery.: start Android on it"),
        ([Phone("x", "offline"), Phone("y", "unauthorized")], None, "x is not ready.*; y is not ready"),
    ],
)
def test_choose_phone_that_cannot_says_which_and_what_to_do(monkeypatch, phones, serial, said):
    monkeypatch.delenv("ANDROID_SERIAL", raising=False)

    with pytest.raises(DeviceError, match=said):
        choose_phone(phones, serial)


def test_shell_gives_the_phone_the_words_as_they_are(phone):
    adb = Adb(find_adb(), A)

    adb.shell("mkdir", "-p", "/data/local/tmp/it's a; $(name)")

    assert os.listdir(phone.folder / "tmp") == ["it's a; $(name)"]


def test_shell_of_a_command_that_fails_names_it(phone):
    with pytest.raises(DeviceError, match=r"'frobnicate' failed on R58M123ABCD.*inaccessible or not found"):
        Adb(find_adb(), A).shell("frobnicate")


@pytest.mark.parametrize("silently", [False, True])
def test_command_to_a_phone_that_was_unplugged_says_so(phone, silently):
    phone.set(unplugged_at="shell", unplugged_word="pidof", silently=silently)

    with pytest.raises(
        DeviceError, match=r"connection to R58M123ABCD .Pixel 7. is gone .(not found|unplugged)"
    ):
        Adb(find_adb(), A).shell("pidof", "x", check=False)


def test_command_that_never_ends_is_given_up(phone, monkeypatch, tmp_path):
    monkeypatch.setattr("tfbert_edge.device.adb.COPY_SECONDS", 0.3)
    phone.set(hangs="push")
    (tmp_path / "file").touch()

    with pytest.raises(DeviceError, match=r"did not answer in 0.3 s.*adb kill-server"):
        Adb(find_adb(), A).push(tmp_path / "file", "/data/local/tmp/file")


def test_install_puts_the_app_on_the_phone(phone, tmp_path):
    phone.set(installed=False)
    (tmp_path / "app.apk").touch()
    adb = Adb(find_adb(), A)

    adb.install(tmp_path / "app.apk", "dev.tfbertedge.demo")

    assert b"base.apk" in adb.shell("pm", "path", "dev.tfbertedge.demo").stdout
    assert phone.commands[0] == ["-s", A.serial, "install", "-r", str(tmp_path / "app.apk")]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("INSTALL_FAILED_INSUFFICIENT_STORAGE", "free some space"),
        (
            "INSTALL_FAILED_UPDATE_INCOMPATIBLE: Package dev.tfbertedge.demo signatures do not match",
            "adb -s R58M123ABCD uninstall dev.tfbertedge.demo",
        ),
        ("INSTALL_FAILED_VERSION_DOWNGRADE", "adb -s R58M123ABCD uninstall dev.tfbertedge.demo"),
        ("INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #26 (current version is #24)", "Android 8.0"),
        ("INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113", "processor"),
        ("INSTALL_FAILED_USER_RESTRICTED: Install canceled by user", "Install via USB"),
        ("INSTALL_FAILED_TEST_ONLY", "make android-check"),
        ("INSTALL_PARSE_FAILED_NOT_APK: Failed to parse", "damaged"),
        ("INSTALL_FAILED_SOMETHING_NEW", "INSTALL_FAILED_SOMETHING_NEW"),
    ],
)
def test_install_that_the_phone_refuses_says_what_to_do(phone, tmp_path, failure, said):
    phone.set(install_failure=failure)
    (tmp_path / "app.apk").touch()

    with pytest.raises(DeviceError, match=r"app.apk cannot be installed on R58M123ABCD") as caught:
        Adb(find_adb(), A).install(tmp_path / "app.apk", "dev.tfbertedge.demo")

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_install_of_a_file_that_is_not_there_says_how_to_build_it(phone, tmp_path):
    with pytest.raises(DeviceError, match=r"no APK at .*none.apk.*--build"):
        Adb(find_adb(), A).install(tmp_path / "none.apk", "dev.tfbertedge.demo")
    assert phone.commands == []
