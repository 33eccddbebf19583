//go:build unix

package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startTimeout is how long a server may take until it answers or is gone.
const startTimeout = 60 * time.Second

// A Server is a PostgreSQL server in a directory of its own. Its methods are
// called by one goroutine at a time.
type Server struct {
	dir      string
	bin      string
	settings []string
	attr     *syscall.SysProcAttr

	mu    sync.Mutex
	stdin io.WriteCloser // nil: not running
	done  chan error
	log   *bytes.Buffer
}

// newServer makes a cluster and starts its server.
func newServer(settings []string) (*Server, error) {
	// A test's own directory may have a path that is too long for a socket (107 bytes).
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: binaries(), settings: settings}
	if s.attr, err = unprivileged(dir); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	initdb.SysProcAttr, initdb.Dir = s.attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := s.start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Start starts a stopped server and returns when it answers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// Stop ends all sessions and the server, and returns when it is gone. What was
// committed is kept.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop("keep"); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
}

// Restart is Stop and Start.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.Start(t)
}

func (s *Server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stdin != nil
}

func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stdin != nil {
		return errors.New("the server runs already")
	}
	// The shell ends the server when its input ends, so that no server and no
	// file stay behind a test that was killed. A line "keep" before that end
	// keeps the files.
	const script = `bin=$1 data=$2 dir=$3; shift 3
"$bin/postgres" -D "$data" -k "$dir" "$@" <&- & p=$!
read -r keep; kill -INT $p; wait $p
[ "$keep" = keep ] || { cd / && rm -rf "$dir"; }`
	args := []string{"-c", script, "sh", s.bin, s.data(), s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=200"}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	server := exec.Command("/bin/sh", args...)
	server.SysProcAttr, server.Dir = s.attr, s.dir
	s.log = new(bytes.Buffer)
	server.Stdout, server.Stderr = s.log, s.log
	stdin, err := server.StdinPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- server.Wait() }()
	s.stdin, s.done = stdin, done
	for begin := time.Now(); s.answers() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > startTimeout {
			err := fmt.Errorf("the server does not answer after %v", startTimeout)
			return errors.Join(err, s.end("keep"), errors.New(s.log.String()))
		}
	}
	return nil
}

func (s *Server) answers() error {
	return exec.Command(filepath.Join(s.bin, "pg_isready"), "-q", "-h", s.dir, "-U", "postgres", "-d", "postgres").Run()
}

func (s *Server) stop(line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stdin == nil {
		return nil
	}
	return s.end(line)
}

// end is called with s.mu held.
func (s *Server) end(line string) error {
	io.WriteString(s.stdin, line+"\n")
	s.stdin.Close()
	s.stdin = nil
	select {
	case <-s.done:
		return nil
	case <-time.After(startTimeout):
		return fmt.Errorf("the server does not end after %v", startTimeout)
	}
}

func (s *Server) close() error {
	err := s.stop("remove")
	return errors.Join(err, os.RemoveAll(s.dir))
}

// Program returns the path of one of PostgreSQL's programs, such as pg_restore.
func Program(t testing.TB, name string) string {
	t.Helper()
	bin := binaries()
	if bin == "" {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql, or put initdb on PATH")
	}
	return filepath.Join(bin, name)
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
