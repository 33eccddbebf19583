package scan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"authfix/knowledge"
)

// FuzzEntries holds that whatever is sent is opened within the limits: no panic,
// bounded output, errors of the kinds that are promised, names fit to be shown.
func FuzzEntries(f *testing.F) {
	text := []byte("oauth_problem=token_rejected\n")
	for _, seed := range [][]byte{nil, text, wide(string(text), true), packGzip(f, text), packZstd(f, text), []byte(bzipped),
		packZip(f, file{"a.log", text}, file{"../b", packGzip(f, text)}), packTar(f, file{"a.log", text}), packGzip(f, packTar(f, file{"a.log", text})),
		packZip(f, file{"z", packZip(f, file{"z", packZip(f, file{"z", text})})}), storeZip("a", text, 3), packGzip(f, make([]byte, 3<<20)),
		[]byte("\x89PNG\r\n\x1a\n"), []byte("PK\x05\x06"), packGzip(f, text)[:20]} {
		f.Add(seed)
	}
	limits := Limits{Compressed: 1 << 20, Decompressed: 2 << 20, Entries: 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		var n int64
		entries := 0
		check := func(err error) {
			var large *TooLarge
			var unreadable *Unreadable
			if err != nil && !errors.As(err, &large) && !errors.As(err, &unreadable) {
				t.Fatalf("an error of another kind: %v", err)
			}
			if err != nil && (err.Error() != strings.TrimSpace(err.Error()) || strings.ContainsAny(err.Error(), "\n\x00")) {
				t.Fatalf("an error not fit to be shown: %q", err)
			}
		}
		for e, err := range Entries(context.Background(), "upload", bytes.NewReader(data), limits) {
			if entries++; entries > 100 {
				t.Fatal("entries without end")
			}
			if !utf8.ValidString(e.Name) || len(e.Name) > maxName+200 || strings.ContainsAny(e.Name, "\n\r\x1b\u202e") {
				t.Fatalf("a name not fit to be shown: %q", e.Name)
			}
			if check(err); err != nil {
				continue
			}
			k, err := io.Copy(io.Discard, e.Text)
			n += k
			check(err)
		}
		if n > limits.Compressed+limits.Decompressed {
			t.Fatalf("%d bytes came out", n)
		}
	})
}

// FuzzBlocks holds that blocks are what they claim to be and miss no window.
func FuzzBlocks(f *testing.F) {
	f.Add("a\nb\n", uint16(1), uint16(100))
	f.Add(strings.Repeat("x", 3000)+"\n", uint16(500), uint16(1))
	f.Add("\n", uint16(65535), uint16(3))
	f.Add("é", uint16(60000), uint16(9))
	f.Fuzz(func(t *testing.T, part string, times, tail uint16) {
		if len(part) > 4<<10 || orderOf([]byte(part+part+part+part)) != notUTF16 {
			return
		}
		n := min(int(times)+1, 1+3<<20/(len(part)+1))
		text := []byte(strings.Repeat(part, n) + strings.Repeat("0123456 \n"[:tail%10], int(tail)))
		if orderOf(text) != notUTF16 {
			return
		}
		checkBlocks(t, text, bytes.NewReader(text))
	})
}

// FuzzSame holds that a file of one block is diagnosed as a paste is.
func FuzzSame(f *testing.F) {
	for i, text := range examples(f) {
		if i%20 == 0 {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(failure))
	b := testBase(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 16<<10 || kindOf(text) != Text {
			return
		}
		in := knowledge.Input{Text: text, Now: testNow, Key: testKey}
		want, wantErr := b.Diagnose(in)
		got, err := Diagnose(context.Background(), b, in, "", bytes.NewReader(text), Limits{})
		if wantErr != nil {
			return // NUL bytes may have been overcome
		}
		if err != nil || want.Verdict != got.Diagnosis.Verdict || len(want.Candidates) != len(got.Diagnosis.Candidates) || want.Fingerprint != got.Diagnosis.Fingerprint {
			t.Fatalf("Base.Diagnose gives %s %s, scan %s %s, %v", want.Verdict, want.Fingerprint, got.Diagnosis.Verdict, got.Diagnosis.Fingerprint, err)
		}
	})
}
