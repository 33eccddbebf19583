package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// wipeBytes is how much of the file is wiped while writers wait.
const wipeBytes = 64 << 20

// maxPages bounds the pages of a file that can be wiped: below it, the first
// byte of a page tells a page of a tree from any other, which begins with the
// number of a page or with zero.
const maxPages = 1 << 24

// wipe zeroes what is left of moved rows in the pages of a file from an offset
// to another, both at the border of a page, and returns where it stopped. When rows are moved between the pages
// of a tree, SQLite leaves their old bytes in the space between the list of
// cells and the cells, also with secure_delete; nobody reads that space, so it
// may be written while others read. Nobody may write.
//
// The format of a page: https://www.sqlite.org/fileformat2.html#b_tree_pages
func wipe(ctx context.Context, f *os.File, from, to int64) (int64, error) {
	var header [100]byte
	if _, err := f.ReadAt(header[:], 0); err != nil {
		return from, fmt.Errorf("read the file's header: %w", err)
	}
	size := int64(binary.BigEndian.Uint16(header[16:]))
	if size == 1 {
		size = 1 << 16
	}
	usable := size - int64(header[20])
	if size < 512 || size&(size-1) != 0 || usable < 480 {
		return from, fmt.Errorf("the file's header tells of pages of %d bytes", size)
	}
	page, changed := make([]byte, size), false
	at := from
	for ; at < to; at += size {
		if at/size >= maxPages {
			return from, errors.New("the file has too many pages to be wiped")
		}
		if at/size%256 == 0 && ctx.Err() != nil {
			return from, ctx.Err()
		}
		if _, err := f.ReadAt(page, at); errors.Is(err, io.EOF) {
			return to, nil // the file has become shorter
		} else if err != nil {
			return from, fmt.Errorf("read a page: %w", err)
		}
		begin, end := gap(page[:usable], at == 0)
		if clean(page[begin:end]) {
			continue
		}
		clear(page[begin:end])
		if _, err := f.WriteAt(page[begin:end], at+int64(begin)); err != nil {
			return from, fmt.Errorf("write a page: %w", err)
		}
		changed = true
	}
	if changed {
		if err := f.Sync(); err != nil {
			return from, fmt.Errorf("sync the file: %w", err)
		}
	}
	return at, nil
}

// gap returns the unused part of a page between the list of its cells and the
// first cell. It is empty for a page that is not of a tree.
func gap(page []byte, first bool) (begin, end int) {
	head := 0
	if first {
		head = 100 // the file's header
	}
	size := 8
	switch page[head] {
	case 2, 5: // inner pages have one more pointer
		size = 12
	case 10, 13:
	default:
		return 0, 0
	}
	cells := int(binary.BigEndian.Uint16(page[head+3:]))
	begin, end = head+size+2*cells, int(binary.BigEndian.Uint16(page[head+5:]))
	if end == 0 {
		end = 1 << 16
	}
	if begin > end || end > len(page) {
		return 0, 0 // damaged: not ours to mend
	}
	return begin, end
}

func clean(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
