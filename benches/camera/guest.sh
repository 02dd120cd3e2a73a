# What happens inside the machine of `run`, word by word: its kernel's virtual camera shows whatever stands in /tmp/shown.
plug() {
    insmod /modules/vivid.ko n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1
    v4l2-ctl -d0 -c loop_video=1,osd_text_mode=2
    # Timings 4: 1280 × 720, 25 a second.
    for device in 0 1; do v4l2-ctl -d$device --set-dv-bt-timings=index=4; done
    v4l2-ctl -d1 --set-fmt-video-out=width=1280,height=720,pixelformat=GREY
    v4l2-ctl -d1 --stream-out-mmap --stream-from=/tmp/shown --stream-loop >/dev/null 2>&1 &
    sleep 2
}
# Named once it shows something, as udev names a camera; before, it shows noise, which takes long to read.
name() { ln -s /dev/video0 /dev/camera; }
unplug() {
    rm /dev/camera
    echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind
    # Not before the counter has closed it.
    until rmmod vivid 2>/dev/null; do sleep 1; done
}
show() { dd if=/lab/"$1".grey of=/tmp/shown conv=notrunc 2>/dev/null; }
drop() { v4l2-ctl -d0 -c percentage_of_dropped_buffers="$1"; }
fail() { v4l2-ctl -d0 -c inject_v4l2_buf_flag_error=1 -c inject_fatal_streaming_error=1; }
take() { v4l2-ctl -d0 --stream-mmap >/dev/null 2>&1 & echo $! >/tmp/other; sleep 2; }
leave() { kill "$(cat /tmp/other)"; }
counter() {
    # The size of a serial line is forgotten when nobody has it open.
    exec </dev/ttyS1 >/dev/ttyS1 2>/tmp/errors
    stty 115200 rows 30 cols 100
    printf 'training = true\ndata_dir = "/tmp/counter"\n[reader]\ncamera = "/dev/camera"\n' >/tmp/comptoir.toml
    TERM=xterm-256color COMPTOIR_CONFIG=/tmp/comptoir.toml exec setsid comptoir
}
