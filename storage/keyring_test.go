package storage_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"authfix/storage"
)

func keyring(t *testing.T, s string) *storage.Keyring {
	t.Helper()
	k, err := storage.ParseKeyring(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// key returns an entry whose key is 32 times b.
func key(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

func TestSeal(t *testing.T) {
	k := keyring(t, storage.NewKey())
	plain := []byte("xoxb-a-token")
	sealed, err := k.Seal("slack//T1", "installations.token", plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the sealed value holds the plain one")
	}
	if got, err := k.Open("slack//T1", "installations.token", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("Open = %q, %v, want %q", got, err, plain)
	}
	if again, _ := k.Seal("slack//T1", "installations.token", plain); bytes.Equal(again, sealed) {
		t.Error("the same value was sealed twice as the same bytes")
	}
	for _, empty := range [][]byte{nil, {}} {
		if sealed, err := k.Seal("t", "c", empty); sealed != nil || err != nil {
			t.Errorf("Seal of nothing = %v, %v, want nil", sealed, err)
		}
		if plain, err := k.Open("t", "c", empty); plain != nil || err != nil {
			t.Errorf("Open of nothing = %v, %v, want nil", plain, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	// Two ids of one key: the id is bound, too.
	k := keyring(t, key("k1", 1)+","+key("k2", 1))
	sealed, err := k.Seal("t1", "column", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(sealed)
		f(b)
		return b
	}
	for _, test := range []struct {
		name   string
		ring   *storage.Keyring
		tenant storage.Tenant
		column string
		sealed []byte
	}{
		{"another tenant", k, "t2", "column", sealed},
		{"another column", k, "t1", "columns", sealed},
		{"a border moved between tenant and column", k, "t1c", "olumn", sealed},
		{"another key id", k, "t1", "column", change(func(b []byte) { b[3] = '2' })},
		{"an unknown key id", k, "t1", "column", change(func(b []byte) { b[3] = '3' })},
		{"an unknown format", k, "t1", "column", change(func(b []byte) { b[0] = 2 })},
		{"a changed byte", k, "t1", "column", change(func(b []byte) { b[len(b)-1]++ })},
		{"another key of that id", keyring(t, key("k1", 2)), "t1", "column", sealed},
		{"no ring", nil, "t1", "column", sealed},
	} {
		if plain, err := test.ring.Open(test.tenant, test.column, test.sealed); err == nil {
			t.Errorf("%s: Open = %q", test.name, plain)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the secret: %v", test.name, err)
		}
	}
	for n := 1; n < len(sealed); n++ {
		if plain, err := k.Open("t1", "column", sealed[:n]); err == nil {
			t.Errorf("of a value cut to %d bytes Open = %q", n, plain)
		}
	}
	var none *storage.Keyring
	if _, err := none.Seal("t", "c", []byte("x")); err == nil {
		t.Error("sealed without a ring")
	}
}

func TestRotation(t *testing.T) {
	before, after, later := keyring(t, key("k1", 1)), keyring(t, key("k2", 2)+","+key("k1", 1)), keyring(t, key("k2", 2))
	sealed, err := before.Seal("t", "c", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if !before.Current(sealed) || after.Current(sealed) || later.Current(sealed) {
		t.Errorf("Current of a value of k1 is %v, %v, %v, want true, false, false", before.Current(sealed), after.Current(sealed), later.Current(sealed))
	}
	plain, err := after.Open("t", "c", sealed)
	if err != nil {
		t.Fatal(err)
	}
	again, err := after.Seal("t", "c", plain)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := later.Open("t", "c", again); err != nil || string(got) != "secret" || !after.Current(again) {
		t.Errorf("after the rotation Open = %q, %v", got, err)
	}
	if _, err := later.Open("t", "c", sealed); err == nil {
		t.Error("a ring without the old key opens what it sealed")
	}
	if !after.Current(nil) || after.Current([]byte("x")) {
		t.Error("Current: nothing is not, or noise is, current")
	}
}

func TestParseKeyring(t *testing.T) {
	good := key("k1", 'K')
	if k := keyring(t, " "+good+",\n"+key("k.2_-", 2)+"\n"); k == nil {
		t.Error("white space around keys is refused")
	}
	secret := good[3:]
	for name, s := range map[string]string{
		"empty":                 "  ",
		"empty entry":           good + ",",
		"no id":                 secret,
		"empty id":              ":" + secret,
		"reversed":              secret + ":k1",
		"odd id":                "k 1:" + secret,
		"long id":               strings.Repeat("k", 33) + ":" + secret,
		"not base64":            "k1:" + secret[:20] + "!" + secret[21:],
		"short key":             "k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{'K'}, 16)),
		"long key":              "k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{'K'}, 33)),
		"two keys of one id":    good + "," + key("k1", 2),
		"many keys":             strings.Repeat(good+",", storage.MaxKeys) + good,
		"a mistake at its end":  good + ",k2:" + secret[:10],
		"several, all of which": ":x," + secret + ",k3:" + secret[:12],
	} {
		_, err := storage.ParseKeyring(s)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if strings.Contains(err.Error(), secret[:8]) || strings.Contains(err.Error(), "KKKK") {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	_, err := storage.ParseKeyring("x," + good + ",k3:@")
	if err == nil || !strings.Contains(err.Error(), "key 1 ") || !strings.Contains(err.Error(), "key 3 ") || strings.Contains(err.Error(), "key 2 ") {
		t.Errorf("two of three keys are wrong, and the error is %v", err)
	}
}

func TestNewKey(t *testing.T) {
	a, b := storage.NewKey(), storage.NewKey()
	if a == b || strings.HasPrefix(b, a[:5]) {
		t.Errorf("two new keys are %s and %s", a[:5], b[:5])
	}
	keyring(t, a+","+b)
}
