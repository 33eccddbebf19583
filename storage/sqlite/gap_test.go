package sqlite_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"authfix/storage"
	"authfix/storage/storagetest"
)

func TestGap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	s := open(t, path, storagetest.NewKeyring(t))
	r := rand.New(rand.NewPCG(1, 2))
	ids := r.Perm(30000)
	work2 := make(chan int)
	done := make(chan bool)
	for range 64 {
		go func() {
			for i := range work2 {
				k := fmt.Sprintf("%05dx", i)
				if err := s.Record(t.Context(), &storage.Record{Tenant: "t", Delivery: storage.Delivery{ID: "Ev" + k},
					Message: &storage.Message{Channel: "C", Key: "Key" + k, Author: "Val" + k}}); err != nil {
					t.Error(err)
				}
			}
			done <- true
		}()
	}
	for _, i := range ids {
		work2 <- i
	}
	close(work2)
	for range 64 {
		<-done
	}
	vict := ids[:6000]
	for _, i := range vict {
		if _, err := s.DB().Exec("DELETE FROM messages WHERE tenant='t' AND channel='C' AND key=?", fmt.Sprintf("Key%05dx", i)); err != nil {
			t.Fatal(err)
		}
	}
	s.Purge(t.Context())
	b, _ := os.ReadFile(path)
	n := 0
	for _, i := range vict {
		if bytes.Contains(b, []byte(fmt.Sprintf("Val%05dx", i))) {
			n++
		}
	}
	if n > 0 {
		t.Errorf("%d of %d rows left bytes", n, len(vict))
	}
	var ok string
	if err := s.DB().QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Error(ok, err)
	}
}
