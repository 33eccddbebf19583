package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// TestServeWithoutConfiguration runs the program as a person does: in an empty
// folder, with nothing set but a port that is free.
func TestServeWithoutConfiguration(t *testing.T) {
	dir := t.TempDir()
	cmd, at := serveProcess(t, dir)
	running{url: "http://" + at}.ready(t, 200)
	for _, name := range []string{"authfix.db", "authfix.db.key"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := await(t, cmd); err != nil {
		t.Errorf("after SIGTERM: %v, want status 0", err)
	}
	// And again, with what is there.
	cmd, at = serveProcess(t, dir)
	running{url: "http://" + at}.ready(t, 200)
	cmd.Process.Signal(os.Interrupt)
	if err := await(t, cmd); err != nil {
		t.Errorf("after SIGINT: %v, want status 0", err)
	}
}

// A second signal ends the program although a request still runs.
func TestSecondSignal(t *testing.T) {
	cmd, at := serveProcess(t, t.TempDir())
	running{url: "http://" + at}.ready(t, 200)
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	// The stop waits for a request of which the header is not complete.
	fmt.Fprint(c, "GET /readyz HTTP/1.1\r\nHost: x\r\n")
	// Connections are accepted in order: once a later one is answered, this one is open.
	later := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := later.Get("http://" + at + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	cmd.Process.Signal(syscall.SIGTERM)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		probe, err := net.Dial("tcp", at) // the listener is closed once the stop has begun
		if err != nil {
			break
		}
		probe.Close()
		if time.Now().After(end) {
			t.Fatal("the stop does not begin")
		}
	}
	began := time.Now()
	cmd.Process.Signal(syscall.SIGTERM)
	err = await(t, cmd)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != trouble {
		t.Errorf("after a second signal: %v, want status %d", err, trouble)
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
}

var listensAt = regexp.MustCompile(`msg=serving .*listen=(127\.0\.0\.1:\d+)`)

// serveProcess starts the program in a folder and returns where it listens.
func serveProcess(t *testing.T, dir string) (cmd *exec.Cmd, at string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "authfix")
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd = exec.Command(program, "serve")
	cmd.Dir, cmd.Stderr, cmd.Env = dir, log, []string{"AUTHFIX_LISTEN=127.0.0.1:0", "PATH=" + os.Getenv("PATH")}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		if m := listensAt.FindSubmatch(text); m != nil {
			return cmd, string(m[1])
		}
		if time.Now().After(end) || bytes.Contains(text, []byte("authfix: ")) {
			t.Fatalf("it does not serve:\n%s", text)
		}
	}
}

// await waits for the end of the program.
func await(t *testing.T, cmd *exec.Cmd) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(60 * time.Second):
		cmd.Process.Kill()
		<-done
		return errors.New("it does not end")
	}
}
