//go:build unix

// Package pgtest starts a PostgreSQL server for a test, from the binaries that
// a distribution installs.
package pgtest

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long a server may take until it answers.
const startTimeout = 60 * time.Second

// Start starts a PostgreSQL server with an empty cluster (UTF-8, locale C,
// superuser postgres without a password) that listens on a socket in a
// temporary directory only, and returns the connection string of its database
// postgres. The server and its files are gone when the test ends, also when
// the test's process dies. Where PostgreSQL is not installed the test is
// skipped; any other failure fails it.
func Start(t testing.TB) string {
	t.Helper()
	bin := binaries()
	if bin == "" {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql, or put initdb on PATH")
	}
	// t.TempDir gives a path that may be too long for a socket (107 bytes).
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr, err := unprivileged(dir)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("pgtest: initdb: %v\n%s", err, out)
	}
	// The shell ends the server when its input ends, so that no server stays
	// behind a test that was killed.
	const script = `"$1/postgres" -D "$2" -k "$3" -c listen_addresses= -c fsync=off -c shared_buffers=16MB <&- & p=$!; read -r _; kill -INT $p; wait $p`
	server := exec.Command("/bin/sh", "-c", script, "sh", bin, data, dir)
	server.SysProcAttr, server.Dir = attr, dir
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Wait() }()
	stop := func() {
		stdin.Close()
		select {
		case <-done:
		case <-time.After(startTimeout):
			server.Process.Kill()
			<-done
		}
	}
	ready := func() error {
		cmd := exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", dir, "-U", "postgres", "-d", "postgres")
		return cmd.Run()
	}
	for begin := time.Now(); ready() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > startTimeout {
			stop()
			t.Fatalf("pgtest: the server does not answer after %v:\n%s", startTimeout, log.String())
		}
	}
	t.Cleanup(stop)
	return "postgres://postgres@/postgres?sslmode=disable&host=" + url.QueryEscape(dir)
}

// binaries returns the directory that holds initdb: that on PATH, or the
// newest of Debian's.
func binaries() string {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	best, version := "", -1.0
	for _, f := range found {
		dir := filepath.Dir(f)
		v, err := strconv.ParseFloat(strings.TrimSpace(filepath.Base(filepath.Dir(dir))), 64)
		if err == nil && v > version {
			best, version = dir, v
		}
	}
	return best
}

// unprivileged returns how to run a program as the user postgres when the test
// is root, which initdb refuses, and hands dir over to that user.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches the test first, which then stops the server
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("initdb refuses root, and there is no user postgres: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}
