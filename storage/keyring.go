package storage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	// sealFormat is the first byte of a sealed value.
	sealFormat = 1
	// keySize is the size of a key: AES-256.
	keySize = 32
	// maxKeyID bounds the id of a key. It is shorter than an encoded key, so that
	// a key written where its id belongs is no valid id and is not shown.
	maxKeyID = 32
	// MaxKeys bounds the keys of one ring.
	MaxKeys = 64
)

// A Keyring seals credentials for the database. The first key seals, all of them
// open, so that a key is replaced by putting a new one in front and sealing
// everything again: see [Keeper.Rotate]. A Keyring is immutable and safe for
// concurrent use.
//
// A sealed value names its format and its key. It opens only for the tenant and
// column that it was sealed for.
type Keyring struct {
	first string // id of the key that seals
	keys  map[string]cipher.AEAD
}

// ParseKeyring reads keys written as id:key, parted by commas. An id has at most
// 32 letters, digits, dots, dashes or underscores; a key is 32 bytes in standard
// base64. The error names all that is wrong, and shows nothing of a key.
func ParseKeyring(s string) (*Keyring, error) {
	if strings.TrimSpace(s) == "" {
		return nil, errors.New("the key ring is empty: it needs id:base64(32 bytes)")
	}
	entries := strings.Split(s, ",")
	if len(entries) > MaxKeys {
		return nil, fmt.Errorf("the key ring has %d keys, more than %d", len(entries), MaxKeys)
	}
	k := &Keyring{keys: make(map[string]cipher.AEAD, len(entries))}
	var wrong []error
	for i, entry := range entries {
		id, aead, err := parseKey(strings.TrimSpace(entry))
		if err != nil {
			wrong = append(wrong, fmt.Errorf("key %d of the ring: %w", i+1, err))
			continue
		}
		if _, ok := k.keys[id]; ok {
			wrong = append(wrong, fmt.Errorf("key %d of the ring: the id %q is used twice", i+1, id))
			continue
		}
		k.keys[id] = aead
		if k.first == "" {
			k.first = id
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return k, nil
}

func parseKey(entry string) (string, cipher.AEAD, error) {
	if entry == "" {
		return "", nil, errors.New("it is empty: a comma too many?")
	}
	id, encoded, ok := strings.Cut(entry, ":")
	if !ok {
		return "", nil, errors.New("it has no id: write id:base64(32 bytes)")
	}
	if !validKeyID(id) {
		return "", nil, fmt.Errorf("its id must have 1 to %d letters, digits, dots, dashes or underscores", maxKeyID)
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		// The decoder's error gives an offset only, but says nothing of use either.
		return "", nil, fmt.Errorf("%s is not standard base64", id)
	}
	if len(raw) != keySize {
		return "", nil, fmt.Errorf("%s has %d bytes, and must have %d", id, len(raw), keySize)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", id, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", id, err)
	}
	return id, aead, nil
}

func validKeyID(id string) bool {
	if id == "" || len(id) > maxKeyID {
		return false
	}
	for _, c := range []byte(id) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// NewKey makes a random key with a random id, written as [ParseKeyring] reads
// it.
func NewKey() string {
	var id [4]byte
	var key [keySize]byte
	rand.Read(id[:]) // never fails: see crypto/rand
	rand.Read(key[:])
	return "k" + hex.EncodeToString(id[:]) + ":" + base64.StdEncoding.EncodeToString(key[:])
}

// Seal encrypts plain for a column of a tenant with the first key. An empty
// plain is sealed as nil.
func (k *Keyring) Seal(t Tenant, column string, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if k == nil || k.first == "" {
		return nil, fmt.Errorf("seal %s: there is no key ring", column)
	}
	aead := k.keys[k.first]
	sealed := make([]byte, 0, 2+len(k.first)+len(plain)+aead.Overhead())
	sealed = append(sealed, sealFormat, byte(len(k.first)))
	sealed = append(sealed, k.first...)
	return aead.Seal(sealed, nil, plain, bound(k.first, t, column)), nil
}

// Open decrypts what [Keyring.Seal] made for the same column of the same tenant.
func (k *Keyring) Open(t Tenant, column string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	id, rest, err := splitSealed(sealed)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", column, err)
	}
	if k == nil {
		return nil, fmt.Errorf("open %s: there is no key ring", column)
	}
	aead, ok := k.keys[id]
	if !ok {
		return nil, fmt.Errorf("open %s: the key ring has no key %q", column, id)
	}
	plain, err := aead.Open(nil, nil, rest, bound(id, t, column))
	if err != nil {
		return nil, fmt.Errorf("open %s with key %q: it was altered, or sealed for another tenant or column, or by another key of that id", column, id)
	}
	return plain, nil
}

// Current reports whether sealed was sealed with the first key of the ring, or
// is empty.
func (k *Keyring) Current(sealed []byte) bool {
	if len(sealed) == 0 {
		return true
	}
	id, _, err := splitSealed(sealed)
	return err == nil && k != nil && id == k.first
}

func splitSealed(sealed []byte) (id string, rest []byte, err error) {
	if sealed[0] != sealFormat {
		return "", nil, fmt.Errorf("the sealed value has the unknown format %d", sealed[0])
	}
	if len(sealed) < 2 || len(sealed) < 2+int(sealed[1]) {
		return "", nil, errors.New("the sealed value is cut short")
	}
	id, rest = string(sealed[2:2+int(sealed[1])]), sealed[2+int(sealed[1]):]
	if !validKeyID(id) {
		return "", nil, errors.New("the sealed value names no valid key")
	}
	return id, rest, nil
}

// bound is what a sealed value is bound to. Lengths keep its parts apart.
func bound(id string, t Tenant, column string) []byte {
	b := []byte{sealFormat}
	for _, part := range []string{id, string(t), column} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
