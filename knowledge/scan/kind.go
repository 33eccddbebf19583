package scan

import (
	"bytes"
	"strconv"
)

// A Kind is what a stream is, told by how it begins, with its article: a word
// for a sentence such as "I cannot read an image".
type Kind string

// The kinds. Those up to Zstd are opened, the others are not read.
const (
	Text   Kind = "a text" // or at least nothing else that is known
	Gzip   Kind = "a gzip file"
	Bzip2  Kind = "a bzip2 file"
	Zstd   Kind = "a zstd file"
	Zip    Kind = "a zip archive"
	Tar    Kind = "a tar archive"
	File   Kind = "a file" // of an archive, packed
	Image  Kind = "an image"
	PDF    Kind = "a PDF file"
	Office Kind = "an office document"
	// Program is machine code: an executable, a library, a Java class or archive.
	Program  Kind = "a program"
	Media    Kind = "a sound or video file"
	Font     Kind = "a font"
	Database Kind = "a database"
	Capture  Kind = "a network capture"
	EventLog Kind = "a Windows event log in binary form"
	HeapDump Kind = "a heap dump"
	KeyStore Kind = "a key store"
	Xz       Kind = "an xz file"
	SevenZip Kind = "a 7z archive"
	RAR      Kind = "a RAR archive"
	Binary   Kind = "a binary file" // of no kind that is known
)

// headSize is how much of a stream tells its kind.
const headSize = 1024

// prefixes tell a kind by the first bytes. None of them begins a text.
var prefixes = [...]struct {
	bytes string
	kind  Kind
}{
	{"\x1f\x8b", Gzip},
	{"\x28\xb5\x2f\xfd", Zstd},
	{"PK\x03\x04", Zip},
	{"PK\x05\x06", Zip}, // an empty one
	{"\x89PNG\r\n", Image},
	{"\xff\xd8\xff", Image},
	{"GIF87a", Image},
	{"GIF89a", Image},
	{"II*\x00", Image},
	{"MM\x00*", Image},
	{"\x00\x00\x01\x00", Image},
	{"%PDF-", PDF},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Office},
	{`{\rtf1`, Office},
	{"\x7fELF", Program},
	{"\xca\xfe\xba\xbe", Program},
	{"\xfe\xed\xfa\xce", Program},
	{"\xfe\xed\xfa\xcf", Program},
	{"\xce\xfa\xed\xfe", Program},
	{"\xcf\xfa\xed\xfe", Program},
	{"\x00asm", Program},
	{"\xfe\xed\xfe\xed", KeyStore},
	{"OggS\x00", Media},
	{"fLaC\x00", Media},
	{"ID3\x02", Media},
	{"ID3\x03", Media},
	{"ID3\x04", Media},
	{"\x1a\x45\xdf\xa3", Media},
	{"wOFF", Font},
	{"wOF2", Font},
	{"\x00\x01\x00\x00\x00", Font},
	{"SQLite format 3\x00", Database},
	{"\xd4\xc3\xb2\xa1", Capture},
	{"\xa1\xb2\xc3\xd4", Capture},
	{"\x0a\x0d\x0d\x0a", Capture},
	{"ElfFile\x00", EventLog},
	{"JAVA PROFILE 1.", HeapDump},
	{"\xfd7zXZ\x00", Xz},
	{"7z\xbc\xaf\x27\x1c", SevenZip},
	{"Rar!\x1a\x07", RAR},
}

// kindOf tells what begins as head does, of which headSize bytes suffice.
func kindOf(head []byte) Kind {
	for i := range prefixes {
		p := &prefixes[i]
		if len(head) >= len(p.bytes) && string(head[:len(p.bytes)]) == p.bytes {
			return p.kind
		}
	}
	switch {
	case len(head) > 10 && string(head[:3]) == "BZh" && '1' <= head[3] && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return Bzip2
	case len(head) > 64 && string(head[:2]) == "MZ" && bytes.IndexByte(head[:64], 0) >= 0:
		return Program
	case len(head) > 26 && string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00":
		return Image
	case len(head) > 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return Image
	case len(head) > 12 && string(head[:4]) == "RIFF" && (string(head[8:12]) == "WAVE" || string(head[8:12]) == "AVI "):
		return Media
	case len(head) > 12 && string(head[4:8]) == "ftyp" && head[0] == 0:
		if b := string(head[8:11]); b == "hei" || b == "mif" || b == "avi" {
			return Image
		}
		return Media
	case isTar(head):
		return Tar
	}
	return Text
}

// isTar reports whether head is a header of a tar archive: its checksum, which
// archives older than their magic have too, is right.
func isTar(head []byte) bool {
	const block, at, n = 512, 148, 8
	if len(head) < block || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(string(bytes.Trim(head[at:at+n], " \x00")), 8, 32)
	if err != nil {
		return false
	}
	sum := int64(n * ' ')
	for i, b := range head[:block] {
		if i < at || i >= at+n {
			sum += int64(b)
		}
	}
	return sum == want
}
